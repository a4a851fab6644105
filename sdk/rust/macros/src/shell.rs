//! `shell!`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token};

use crate::attributes::error_at;

struct Line {
    text: LitStr,
    arguments: Vec<Expr>,
}

impl Parse for Line {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text = input.parse()?;
        let mut arguments = Vec::new();
        if input.parse::<Option<Token![,]>>()?.is_some() {
            arguments = Punctuated::<Expr, Token![,]>::parse_terminated(input)?
                .into_iter()
                .collect();
        }
        Ok(Self { text, arguments })
    }
}

/// A piece of the literal.
enum Piece {
    Raw(String),
    Hole(String),
}

/// Splits a literal into shell text and what stands in braces.
fn pieces(text: &str, span: Span) -> syn::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut raw = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => {
                rest.next();
                raw.push(c);
            }
            '{' => {
                pieces.push(Piece::Raw(std::mem::take(&mut raw)));
                let mut hole = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(c) => hole.push(c),
                        None => {
                            return Err(error_at(
                                span,
                                "a brace is not closed; a brace itself is `{{`",
                            ));
                        }
                    }
                }
                pieces.push(Piece::Hole(hole));
            }
            '}' => {
                return Err(error_at(
                    span,
                    "a brace closes nothing; a brace itself is `}}`",
                ));
            }
            c => raw.push(c),
        }
    }
    pieces.push(Piece::Raw(raw));
    Ok(pieces)
}

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let Line { text, arguments } = syn::parse2(item)?;
    let span = text.span();
    let mut arguments = arguments.into_iter();
    let mut code = quote!(::windlass_sdk::shell::ShellText::new());
    for piece in pieces(&text.value(), span)? {
        match piece {
            Piece::Raw(raw) if raw.is_empty() => {}
            Piece::Raw(raw) => code = quote!(#code.raw(#raw)),
            Piece::Hole(hole) => {
                let (name, form) = hole.split_once(':').unwrap_or((&hole, "word"));
                let value = if name.is_empty() {
                    let missing = || error_at(span, "there are more `{}` than arguments");
                    let value = arguments.next().ok_or_else(missing)?;
                    quote!(#value)
                } else {
                    let ident = syn::parse_str::<Ident>(name).map_err(|_| {
                        error_at(span, &format!("`{{{hole}}}` names no variable; use `{{}}`"))
                    })?;
                    let ident = Ident::new(&ident.to_string(), span);
                    quote!(#ident)
                };
                code = match form {
                    "word" => quote_spanned!(span=> #code.word(&#value)),
                    "words" => quote_spanned!(span=> #code.words(&#value)),
                    "raw" => quote_spanned!(span=> #code.raw(&#value)),
                    "text" => quote_spanned!(span=> #code.text(&#value)),
                    _ => {
                        return Err(error_at(
                            span,
                            &format!("unknown form `{form}`: use words, raw or text"),
                        ));
                    }
                };
            }
        }
    }
    match arguments.next() {
        Some(left) => Err(syn::Error::new_spanned(
            left,
            "there is no `{}` for this argument",
        )),
        None => Ok(code),
    }
}
