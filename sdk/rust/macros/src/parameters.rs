//! The parameters of operations and facts, from a function's own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, Ident, Pat, PatType, Type};

use crate::attributes::doc_of;

/// One parameter.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    default: Option<TokenStream>,
    keyword: bool,
}

impl Parameter {
    /// Reads a function's parameter, and takes off the attributes that are ours.
    pub(crate) fn take(argument: &mut PatType) -> syn::Result<Self> {
        let Pat::Ident(pattern) = argument.pat.as_ref() else {
            return Err(syn::Error::new_spanned(
                &argument.pat,
                "a parameter is a plain name",
            ));
        };
        let attributes = std::mem::take(&mut argument.attrs);
        let doc = doc_of(&attributes);
        let (mut default, mut keyword) = (None, false);
        for attribute in &attributes {
            if attribute.path().is_ident("default") {
                default = Some(attribute.parse_args::<TokenStream>()?);
            } else if attribute.path().is_ident("keyword") {
                keyword = true;
            } else if !attribute.path().is_ident("doc") {
                return Err(unknown(attribute));
            }
        }
        Ok(Self {
            ident: pattern.ident.clone(),
            ty: (*argument.ty).clone(),
            doc,
            default,
            keyword,
        })
    }

    /// Its name as callers write it.
    pub(crate) fn name(&self) -> String {
        plain_name(&self.ident)
    }

    /// Code for its description.
    pub(crate) fn describe(&self) -> TokenStream {
        let (name, doc, ty, default) = (self.name(), &self.doc, &self.ty, self.default());
        let kind = if self.keyword {
            quote!(::std::option::Option::Some(
                ::windlass_sdk::argument::ParameterKind::Keyword
            ))
        } else {
            quote!(::std::option::Option::None)
        };
        quote!(::windlass_sdk::describe::Parameter::of::<#ty>(#name, #doc, #default, #kind))
    }

    /// Code that takes it from `__arguments` into a variable of its name.
    pub(crate) fn decode(&self) -> TokenStream {
        let (ident, name, ty, default) = (&self.ident, self.name(), &self.ty, self.default());
        quote!(let #ident: #ty = __arguments.take::<#ty>(#name, #default)?;)
    }

    /// Code that writes it into the map `__arguments`.
    pub(crate) fn encode(&self) -> TokenStream {
        let (ident, name, ty) = (&self.ident, self.name(), &self.ty);
        quote! {
            __arguments.insert(
                #name.to_owned(),
                <#ty as ::windlass_sdk::argument::Argument>::encode(&self.#ident),
            );
        }
    }

    fn default(&self) -> TokenStream {
        match &self.default {
            Some(value) => quote!(::std::option::Option::Some(
                ::windlass_sdk::reexport::serde_json::json!(#value)
            )),
            None => quote!(::std::option::Option::None),
        }
    }
}

/// The parameters of a function's arguments.
pub(crate) fn take_all<'a>(
    arguments: impl Iterator<Item = &'a mut FnArg>,
) -> syn::Result<Vec<Parameter>> {
    arguments
        .map(|argument| match argument {
            FnArg::Typed(argument) => Parameter::take(argument),
            FnArg::Receiver(receiver) => Err(syn::Error::new_spanned(
                receiver,
                "expected a function without self",
            )),
        })
        .collect()
}

/// A name without `r#`.
pub(crate) fn plain_name(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

fn unknown(attribute: &Attribute) -> syn::Error {
    syn::Error::new_spanned(
        attribute,
        "unknown attribute; a parameter takes doc comments, #[default(…)] and #[keyword]",
    )
}
