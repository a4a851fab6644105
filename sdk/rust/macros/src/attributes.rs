//! Reading attributes: doc comments, and the options of the attribute macros.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitBool, LitStr, Meta, Token};

/// The text of doc comments: one leading space a line is the comment's, the rest is the author's.
pub(crate) fn doc_of(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(value) = &attribute.meta else {
            return None;
        };
        match &value.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if value.path.is_ident("doc") => Some(text.value()),
            _ => None,
        }
    });
    let lines: Vec<String> = lines
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// One option: `name`, or `name = value`. A value may be JSON, which is no Rust, so it is kept as tokens.
pub(crate) struct Choice {
    pub(crate) name: Ident,
    value: Option<TokenStream>,
}

impl Parse for Choice {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.parse()?;
        if input.parse::<Option<Token![=]>>()?.is_none() {
            return Ok(Self { name, value: None });
        }
        let mut value = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            value.extend([input.parse::<TokenTree>()?]);
        }
        Ok(Self {
            name,
            value: Some(value),
        })
    }
}

impl Choice {
    /// The value as it was written, which must be there.
    pub(crate) fn tokens(&self) -> syn::Result<&TokenStream> {
        self.value
            .as_ref()
            .filter(|value| !value.is_empty())
            .ok_or_else(|| error_at(self.name.span(), "this option needs a value"))
    }

    /// The value as an expression.
    pub(crate) fn value(&self) -> syn::Result<Expr> {
        syn::parse2(self.tokens()?.clone())
    }

    /// The value as a string literal.
    pub(crate) fn text(&self) -> syn::Result<LitStr> {
        syn::parse2(self.tokens()?.clone())
    }

    /// True for a bare name; else its literal.
    pub(crate) fn flag(&self) -> syn::Result<bool> {
        match &self.value {
            None => Ok(true),
            Some(value) => syn::parse2::<LitBool>(value.clone()).map(|flag| flag.value),
        }
    }

    /// The error for an option that the macro does not have.
    pub(crate) fn unknown(&self, known: &str) -> syn::Error {
        error_at(
            self.name.span(),
            &format!("unknown option `{}`; there are {known}", self.name),
        )
    }
}

/// The options in an attribute's parentheses.
pub(crate) fn choices(options: TokenStream) -> syn::Result<Vec<Choice>> {
    let parser = Punctuated::<Choice, Token![,]>::parse_terminated;
    Ok(syn::parse::Parser::parse2(parser, options)?
        .into_iter()
        .collect())
}

/// A compile error.
pub(crate) fn error_at(span: Span, message: &str) -> syn::Error {
    syn::Error::new(span, message)
}
