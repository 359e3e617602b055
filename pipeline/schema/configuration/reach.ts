import ipaddr from 'ipaddr.js'
import { z } from 'zod'

const anOrigin = 'an origin such as https://ci.example.com or http://10.0.0.7:8080'

/** Scheme, host and port, and nothing else. */
export const origin = z
  .string(anOrigin)
  .max(300, anOrigin)
  .refine(text => URL.parse(text)?.origin === text && /^https?:/.test(text), anOrigin)

const aNetwork = 'a network such as 10.2.0.0/16, 127.0.0.1/32 or fd00::/8'

export const network = z
  .string(aNetwork)
  .max(60, aNetwork)
  .refine(text => ipaddr.isValidCIDR(text), aNetwork)
