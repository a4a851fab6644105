//! `#[derive(Selection)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr};

use crate::parameters::plain_name;

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let (Data::Struct(data), ident) = (&input.data, &input.ident) else {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "a selection is a struct",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(
            ident,
            "a selection is a struct with named fields",
        ));
    };
    let idents: Vec<_> = fields
        .named
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .collect();
    let mut pointers = Vec::new();
    for field in &fields.named {
        let own = field
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("pointer"));
        pointers.push(match (own, &field.ident) {
            (Some(attribute), _) => attribute.parse_args::<LitStr>()?.value(),
            (None, Some(ident)) => format!("/{}", plain_name(ident)),
            (None, None) => continue,
        });
    }
    Ok(quote! {
        impl ::windlass_sdk::request::Selection for #ident {
            const POINTERS: &'static [&'static str] = &[#(#pointers),*];

            fn from_parts(
                mut take: impl FnMut(&str) -> ::windlass_sdk::reexport::serde_json::Value,
            ) -> ::windlass_sdk::Result<Self> {
                ::std::result::Result::Ok(Self {
                    #(#idents: ::windlass_sdk::request::read_part(#pointers, take(#pointers))?,)*
                })
            }
        }
    })
}
