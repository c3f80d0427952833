// What has to hold on every page, whatever people have written.

/** In what people write, and nowhere else may more be: these elements, and of each these attributes. */
const written = {
  p: [], br: [], hr: [], strong: [], em: [], del: [], code: [], pre: [], blockquote: [], ul: [], ol: ["start"], li: [], h2: [], h3: [],
  h4: [], h5: [], h6: [], a: ["href", "title", "rel"], table: [], thead: [], tbody: [], tr: [], th: [], td: [],
};

/** Has the browser note what must not happen. Before the first page is opened. */
export async function watch(page, origin) {
  const noted = [];
  await page.exposeBinding("note", (_, what) => noted.push(what));
  await page.addInitScript(() => {
    globalThis.ran = (...what) => globalThis.note(`ran(${what})`);
    for (const name of ["alert", "confirm", "prompt", "print", "open"]) globalThis[name] = () => globalThis.note(name);
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
      globalThis.note(`the policy was violated: ${effectiveDirective} ${blockedURI} ${sample}`),
    );
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) noted.push(`asked for ${request.url()}`);
  });
  page.on("dialog", (dialog) => (noted.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("popup", (popup) => noted.push(`a window: ${popup.url()}`));
  return noted;
}

/** What is wrong with the page as it is in the browser, as lines; empty if nothing. */
export function faults(page) {
  return page.evaluate((written) => {
    const wrong = [];
    const say = (element, what) => wrong.push(`${what}: ${element.outerHTML.slice(0, 200)}`);
    const active = ["iframe", "frame", "object", "embed", "applet", "base", "style", "template", "math", "video", "audio", "source", "marquee", "portal"];
    // What is no address leads nowhere; an element without one, to the page.
    const leadsTo = (address) => (URL.canParse(address ?? "", location.href) ? new URL(address ?? "", location.href) : { protocol: "no address", origin: "" });
    for (const element of document.querySelectorAll("*")) {
      if (active.includes(element.localName)) say(element, "an element that no page has");
      const { src } = element;
      if (element.localName === "script" && (element.textContent || leadsTo(src).origin !== location.origin)) say(element, "a script in the page");
      if (element.localName === "img" && leadsTo(src).origin !== location.origin) say(element, "an image from elsewhere");
      if (element.localName === "meta" && element.httpEquiv) say(element, "a page that goes elsewhere");
      for (const { name, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^ping$/i.test(name)) say(element, `the attribute ${name}`);
        if (/^(href|src|action|formaction|xlink:href|data|poster|srcset|background)$/i.test(name)) {
          const { protocol, origin } = leadsTo(value);
          if (!["http:", "https:", "mailto:"].includes(protocol)) say(element, `leads to ${protocol}`);
          const leads = element.localName === "a" || element.localName === "link" ? true : origin === location.origin;
          if (!leads) say(element, "sends or asks elsewhere");
        }
      }
    }
    const prose = [...document.querySelectorAll(".prose, div.lead")];
    for (const element of prose.flatMap((prose) => [...prose.querySelectorAll("*")])) {
      const allowed = element.namespaceURI === "http://www.w3.org/1999/xhtml" && written[element.localName];
      if (!allowed) say(element, "an element that nobody may write");
      else for (const { name } of element.attributes) if (!allowed.includes(name)) say(element, `the attribute ${name} that nobody may write`);
      if (element.localName === "a" && element.hasAttribute("href") && element.rel !== "nofollow noopener ugc") say(element, "a link that vouches");
    }
    // With these, what is read is not what is written.
    const turned = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029\u0000-\u0008\u000b-\u001f]/u;
    const texts = [document.documentElement.textContent, ...[...document.querySelectorAll("a")].flatMap(({ href, title }) => [decodeURI(href), title])];
    for (const text of texts.filter((text) => turned.test(text))) wrong.push(`a text that turns: ${JSON.stringify(text.slice(Math.max(0, text.search(turned) - 40)).slice(0, 80))}`);
    return wrong;
  }, written);
}
