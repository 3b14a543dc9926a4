// An OpenID provider that is certified by the OpenID Foundation, with one client and any user.
//
// Source: https://github.com/panva/node-oidc-provider
import { Provider } from 'oidc-provider';

const [port, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const device = 'urn:ietf:params:oauth:grant-type:device_code';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'strongroom',
      client_secret: secret,
      application_type: 'native',
      redirect_uris: [
        'http://localhost/oidc/callback',
        'http://127.0.0.1/v1/auth/oidc/oidc/callback',
        'http://127.0.0.1/ui/vault/auth/oidc/oidc/callback',
      ],
      response_types: ['code', 'id_token'],
      grant_types: ['authorization_code', 'implicit', 'refresh_token', device],
    },
  ],
  claims: { openid: ['sub'], groups: ['groups', 'project_path', 'ref_protected'] },
  conformIdTokenClaims: process.argv[4] !== 'in-id-token',
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      groups: ['team-a', 'team-b'],
      project_path: 'group/project',
      ref_protected: 'true',
    }),
  }),
  pkce: { required: (_, client) => client.responseTypes.includes('code') },
  responseTypes: ['code', 'id_token'],
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
