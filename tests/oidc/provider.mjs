// A real OpenID provider on this machine. It signs in whoever is named without asking, and does wrong when it is told to.
//
//   node provider.mjs '{ "clientJwks": … }'
//
// It says `{ "issuer": … }` on its first line. `POST /told` with JSON tells it what to do from then on:
//   redirect, logoutUri, afterLogout   where Erfa is; the provider starts before it
//   account, acr   who signs in, at which level; `claims` what is said of them, `deny` that they break off
//   rotate         sign with a new key from now on; `hide` keeps the new one from being published
//   forge          what is wrong with the next ID tokens
//   logout         make a logout token for the account's session, with other claims if they are given
//   sendLogout     send one as the provider itself does
import { createHmac, createPrivateKey, generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';

const told = { account: 'ada', acr: 'loa3', forge: null, claims: {}, firstIdToken: null, lastSid: null };
const options = JSON.parse(process.argv[2] ?? '{}');

const newKey = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
};
let key = newKey();
const published = [key];

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

// Whoever comes is asked each time, so that a test can say who they are.
const { Check, base } = interactionPolicy;
const policy = base();
policy.get('login').checks.add(
  new Check('each_time', 'asked each time', (ctx) => (ctx.oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT)),
);
const client = {
  client_id: 'erfa',
  redirect_uris: ['http://127.0.0.1:1/'],
  post_logout_redirect_uris: [],
  backchannel_logout_uri: 'http://127.0.0.1:1/',
  backchannel_logout_session_required: true,
  id_token_signed_response_alg: 'ES256',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  ...(options.clientJwks
    ? { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks: options.clientJwks }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'a secret that is long enough for anybody' }),
};
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [key] },
  acrValues: ['loa2', 'loa3', 'loa4'],
  claims: { openid: ['sub'], profile: ['name'], org: ['orgAffiliation', 'orgNumber'] },
  conformIdTokenClaims: false,
  scopes: ['openid', 'profile', 'org'],
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    userinfo: { enabled: true },
  },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: ['ES256', 'RS256'] },
  pkce: { required: () => true },
  // Erfa is on this machine too, where the library sends nothing by itself.
  fetch: (url, { dispatcher, ...request }) => fetch(url, request),
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...told.claims }) }),
  cookies: { keys: ['tests'], long: { path: '/' }, short: { path: '/' } },
  ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 300, AccessToken: 300 },
});

// Erfa's port is known later than its provider.
provider.Client.prototype.redirectUriAllowed = (uri) => uri === told.redirect;
provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) => uri === told.afterLogout;

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const signed = (header, claims, by = key) => {
  const text = `${b64(header)}.${b64(claims)}`;
  const made = signBytes('sha256', Buffer.from(text), { key: createPrivateKey({ key: by, format: 'jwk' }), dsaEncoding: 'ieee-p1363' });
  return `${text}.${made.toString('base64url')}`;
};
const read = (token) => token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
const publicPart = ({ d, ...rest }) => rest;

// What the provider signed, made wrong in the way that a test wants.
const forged = (token) => {
  const [header, claims] = read(token);
  const now = Math.floor(Date.now() / 1000);
  const again = (changed) => signed({ ...header, kid: key.kid }, { ...claims, ...changed });
  switch (told.forge) {
    case 'nonce': return again({ nonce: 'another' });
    case 'issuer': return again({ iss: 'https://elsewhere.example' });
    case 'audience': return again({ aud: 'somebody-else' });
    case 'expired': return again({ iat: now - 400, exp: now - 300 });
    case 'none': return `${b64({ alg: 'none' })}.${b64(claims)}.`;
    case 'hmac': {
      const text = `${b64({ alg: 'HS256', kid: key.kid })}.${b64(claims)}`;
      const publicText = JSON.stringify(publicPart(key));
      return `${text}.${createHmac('sha256', publicText).update(text).digest('base64url')}`;
    }
    case 'stranger': { const stranger = newKey(); return signed({ alg: 'ES256', kid: stranger.kid }, claims, stranger); }
    case 'impostor': return signed({ alg: 'ES256', kid: key.kid }, claims, newKey());
    case 'old token': return told.firstIdToken ?? token;
    default: return again({});
  }
};
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token) {
    const made = forged(ctx.body.id_token);
    told.firstIdToken ??= ctx.body.id_token;
    told.lastSid = read(ctx.body.id_token)[1].sid;
    ctx.body = { ...ctx.body, id_token: made };
  }
  if (ctx.path === '/jwks') ctx.body = { keys: published.map(publicPart) };
});

const body = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

// Whoever asks is the account that was told, at the level that was told.
const interact = async (request, response) => {
  const { params } = await provider.interactionDetails(request, response);
  if (told.deny) {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'no' });
  }
  const grant = new provider.Grant({ accountId: told.account, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const login = { accountId: told.account, acr: told.acr, amr: ['pwd'] };
  return provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } });
};

const logoutToken = (change = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer, aud: 'erfa', iat: now, exp: now + 120, jti: randomUUID(), sub: told.account, sid: told.lastSid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...change,
  };
  return signed({ alg: 'ES256', kid: key.kid, typ: 'logout+jwt' }, claims, told.forge === 'impostor' ? newKey() : key);
};

const obey = async (request, response) => {
  const { rotate, hide, logout, sendLogout, ...rest } = JSON.parse(await body(request));
  Object.assign(told, rest);
  if (rotate) { key = newKey(); if (!hide) published.splice(0, published.length, key); }
  if (sendLogout) {
    const client = await provider.Client.find('erfa');
    client.backchannelLogoutUri = told.logoutUri;
    await client.backchannelLogout(told.account, told.lastSid);
  }
  const answer = logout ? { logoutToken: logoutToken(logout === true ? {} : logout) } : {};
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...answer, sid: told.lastSid }));
};

const handle = provider.callback();
server.on('request', (request, response) => {
  if (request.url === '/told') return obey(request, response);
  if (request.url.startsWith('/interaction/')) return interact(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  return handle(request, response);
});
console.log(JSON.stringify({ issuer }));
