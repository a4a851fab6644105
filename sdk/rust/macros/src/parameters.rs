//! The parameters of operations and facts, from a function's own or from a struct's fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, Ident, Pat, PatType, Type};

use crate::attributes::doc_of;

/// One parameter, or a group of them.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    default: Option<TokenStream>,
    keyword: bool,
    group: bool,
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
        let parameter = Self::read(&pattern.ident, &argument.ty, &attributes)?;
        if let Some(other) = attributes.iter().find(|attribute| !is_ours(attribute)) {
            return Err(unknown(other));
        }
        Ok(parameter)
    }

    /// Reads a name, a type, and those of the attributes that are ours.
    pub(crate) fn read(ident: &Ident, ty: &Type, attributes: &[Attribute]) -> syn::Result<Self> {
        let (mut default, mut keyword, mut group) = (None, false, None);
        for attribute in attributes {
            if attribute.path().is_ident("default") {
                default = Some(attribute.parse_args::<TokenStream>()?);
            } else if attribute.path().is_ident("keyword") {
                keyword = true;
            } else if attribute.path().is_ident("parameters") {
                group = Some(attribute);
            }
        }
        if let (Some(group), true) = (group, keyword || default.is_some()) {
            return Err(syn::Error::new_spanned(
                group,
                "#[default(…)] and #[keyword] stand in the group, at its fields",
            ));
        }
        Ok(Self {
            ident: ident.clone(),
            ty: ty.clone(),
            doc: doc_of(attributes),
            default,
            keyword,
            group: group.is_some(),
        })
    }

    /// Its name as callers write it.
    pub(crate) fn name(&self) -> String {
        plain_name(&self.ident)
    }

    /// Code for its description.
    fn describe(&self) -> TokenStream {
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
        if self.group {
            return quote!(let #ident: #ty = __arguments.take_group::<#ty>()?;);
        }
        quote!(let #ident: #ty = __arguments.take::<#ty>(#name, #default)?;)
    }

    /// Code that writes it into the map `__arguments`.
    pub(crate) fn encode(&self) -> TokenStream {
        let (ident, name, ty) = (&self.ident, self.name(), &self.ty);
        if self.group {
            return quote! {
                __arguments.extend(<#ty as ::windlass_sdk::argument::Parameters>::encode(&self.#ident));
            };
        }
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

/// Code for the descriptions of parameters, as one list.
pub(crate) fn describe_all(parameters: &[Parameter]) -> TokenStream {
    let (mut lists, mut single) = (Vec::new(), Vec::new());
    for parameter in parameters {
        if parameter.group {
            let (before, ty) = (std::mem::take(&mut single), &parameter.ty);
            lists.push(quote!(::std::vec![#(#before),*]));
            lists.push(quote!(<#ty as ::windlass_sdk::argument::Parameters>::describe()));
        } else {
            single.push(parameter.describe());
        }
    }
    let rest = quote!(::std::vec![#(#single),*]);
    if lists.is_empty() {
        rest
    } else {
        quote!([#(#lists,)* #rest].concat())
    }
}

/// A name without `r#`.
pub(crate) fn plain_name(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

fn is_ours(attribute: &Attribute) -> bool {
    ["doc", "default", "keyword", "parameters"]
        .iter()
        .any(|known| attribute.path().is_ident(known))
}

fn unknown(attribute: &Attribute) -> syn::Error {
    syn::Error::new_spanned(
        attribute,
        "unknown attribute; a parameter takes doc comments, #[default(…)], #[keyword] and #[parameters]",
    )
}
