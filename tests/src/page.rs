//! Just enough of an HTML page to fill in its forms.

/// A page's HTML.
pub struct Page {
    /// Where it was found in the end.
    pub url: reqwest::Url,
    /// Its status.
    pub status: u16,
    /// Its text.
    pub html: String,
}

impl Page {
    /// The hidden fields of the form with this action, to be sent back with what a person fills in.
    ///
    /// # Panics
    /// If the page has no such form.
    pub fn hidden_fields(&self, action: &str) -> Vec<(String, String)> {
        let needle = format!("action=\"{action}\"");
        let start =
            self.html.find(&needle).unwrap_or_else(|| panic!("{} has no form {action}:\n{}", self.url, self.html));
        let form = &self.html[start..];
        let form = &form[..form.find("</form>").expect("a form ends")];
        form.split("<input")
            .skip(1)
            .filter_map(|tag| {
                let tag = &tag[..tag.find('>')?];
                (attribute(tag, "type")? == "hidden")
                    .then(|| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())))
                    .flatten()
            })
            .collect()
    }

    /// The value of the first attribute of this name in the page.
    pub fn attribute(&self, name: &str) -> Option<String> {
        attribute(&self.html, name)
    }
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let start = html.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &html[start..];
    Some(unescape(&value[..value.find('"')?]))
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#60;", "<")
        .replace("&lt;", "<")
        .replace("&#62;", ">")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
