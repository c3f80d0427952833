//! The texts of the pages, looked up by key in the service's own catalogue and then in the shared one.

use std::{borrow::Cow, fmt};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::langid;

use crate::Lang;

crate::catalogue! { static SHARED = "../locales/sv/web.ftl", "../locales/en/web.ftl" }

/// Declares a crate's own catalogue: `web::catalogue! { pub(crate) static FORUM = "../locales/sv/forum.ftl",
/// "../locales/en/forum.ftl" }`, paths as in `include_str!`. `FORUM.texts(lang)` then gives [`Texts`].
#[macro_export]
macro_rules! catalogue {
    ($visible:vis static $name:ident = $sv:literal, $en:literal) => {
        $visible static $name: ::std::sync::LazyLock<$crate::Catalogue> =
            ::std::sync::LazyLock::new(|| $crate::Catalogue::new(include_str!($sv), include_str!($en)));
    };
}

/// A crate's own texts, in both languages.
pub struct Catalogue {
    sv: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalogue")
    }
}

impl Catalogue {
    /// Reads the two files. Entries that are not well-formed are left out: [`check_catalogues`](crate::testing::check_catalogues)
    /// tells of them in the crate's tests.
    pub fn new(sv: &str, en: &str) -> Self {
        let bundle = |lang, source: &str| {
            let mut bundle = FluentBundle::new_concurrent(vec![lang]);
            // The marks around arguments would stand in attributes and titles too, and no text here runs right to left.
            bundle.set_use_isolating(false);
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
            bundle
        };
        Self { sv: bundle(langid!("sv"), sv), en: bundle(langid!("en"), en) }
    }

    /// The texts in a language, those of the shared catalogue included.
    pub fn texts(&'static self, lang: Lang) -> Texts {
        Texts { lang, own: Some(self) }
    }

    fn find(&self, lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = match lang {
            Lang::Sv => &self.sv,
            Lang::En => &self.en,
        };
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        debug_assert!(errors.is_empty(), "text {key}: {errors:?}");
        Some(text.into_owned())
    }
}

/// The texts of one language, for one crate's pages. Every template has them as its field `t`.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    lang: Lang,
    own: Option<&'static Catalogue>,
}

impl Texts {
    /// The shared texts alone.
    pub const fn shared(lang: Lang) -> Self {
        Self { lang, own: None }
    }

    /// In which language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> String {
        self.find(key, None)
    }

    /// The text of a key with its arguments: `t.with("posts", [("n", count)])`, or as a tuple of pairs where the
    /// arguments are of several types: `t.with("reply", (("n", number), ("name", name)))`.
    pub fn with(&self, key: &str, args: impl TextArgs) -> String {
        let mut given = FluentArgs::new();
        args.give(&mut given);
        self.find(key, Some(&given))
    }

    /// The text of a value of a family: `t.of("need-area", area.as_str())` is the text of `need-area-<name>`.
    pub fn of(&self, family: &str, name: &str) -> String {
        self.find(&format!("{family}-{name}"), None)
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let own = self.own.and_then(|own| own.find(self.lang, key, args));
        own.or_else(|| SHARED.find(self.lang, key, args)).unwrap_or_else(|| format!("\u{27E6}{key}\u{27E7}"))
    }
}

/// What a text takes as an argument.
pub trait TextArg {
    /// As the catalogues take it.
    fn value(&self) -> FluentValue<'_>;
}

impl TextArg for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

impl TextArg for String {
    fn value(&self) -> FluentValue<'_> {
        self.as_str().value()
    }
}

impl<T: TextArg + ?Sized> TextArg for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl TextArg for $number {
            fn value(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 usize i32 i64 }

/// Arguments by name.
pub trait TextArgs {
    /// Hands them over.
    fn give<'a>(&'a self, given: &mut FluentArgs<'a>);
}

impl<T: TextArg, const N: usize> TextArgs for [(&str, T); N] {
    fn give<'a>(&'a self, given: &mut FluentArgs<'a>) {
        for (name, value) in self {
            given.set(*name, value.value());
        }
    }
}

impl<A: TextArg, B: TextArg> TextArgs for ((&str, A), (&str, B)) {
    fn give<'a>(&'a self, given: &mut FluentArgs<'a>) {
        given.set(self.0.0, self.0.1.value());
        given.set(self.1.0, self.1.1.value());
    }
}

impl<A: TextArg, B: TextArg, C: TextArg> TextArgs for ((&str, A), (&str, B), (&str, C)) {
    fn give<'a>(&'a self, given: &mut FluentArgs<'a>) {
        given.set(self.0.0, self.0.1.value());
        given.set(self.1.0, self.1.1.value());
        given.set(self.2.0, self.2.1.value());
    }
}

impl<T: TextArgs + ?Sized> TextArgs for &T {
    fn give<'a>(&'a self, given: &mut FluentArgs<'a>) {
        (**self).give(given);
    }
}
