import Provider from 'oidc-provider'

/**
 * A real OpenID provider in a process of its own: `node provider.mjs PORT REDIRECT_URI`. Whoever signs in gives their
 * account as the login; `unverified…` has an address that nobody has verified.
 */
const [port, redirectUri] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'slipway',
      client_secret: 'a-secret-of-the-test',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@shop.example`,
      email_verified: !id.startsWith('unverified'),
      groups: ['sre'],
    }),
  }),
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
