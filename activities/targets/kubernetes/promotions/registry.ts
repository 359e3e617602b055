import type { Promotion as Configuration } from '../../../../pipeline/schema/configuration/kubernetes-target.ts'
import type { Work } from '../work.ts'
import { applyPromotion } from './apply.ts'
import { gitPromotion } from './git.ts'
import type { Promotion, PromotionContext } from './promotion.ts'

/** Every way of promotion the configuration knows. */
const promotions = {
  apply: applyPromotion,
  git: gitPromotion,
} satisfies { [T in Configuration['type']]: (context: PromotionContext<T>) => Promotion }

export function promotionOf(work: Work): Promotion {
  const configuration: Configuration = work.place.settings.promote
  const open = promotions[configuration.type] as (context: PromotionContext) => Promotion
  return open({ work, configuration })
}
