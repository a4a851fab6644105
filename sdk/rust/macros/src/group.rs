//! `#[derive(Parameters)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use crate::parameters::{Parameter, describe_all};

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let ident = &input.ident;
    let wrong =
        || syn::Error::new_spanned(ident, "a group of parameters is a struct with named fields");
    let Data::Struct(data) = &input.data else {
        return Err(wrong());
    };
    let Fields::Named(named) = &data.fields else {
        return Err(wrong());
    };
    let parameters = named
        .named
        .iter()
        .map(|field| {
            let ident = field.ident.as_ref().ok_or_else(wrong)?;
            Parameter::read(ident, &field.ty, &field.attrs)
        })
        .collect::<syn::Result<Vec<_>>>()?;

    let describe = describe_all(&parameters);
    let decode = parameters.iter().map(Parameter::decode);
    let encode = parameters.iter().map(Parameter::encode);
    let fields = parameters.iter().map(|parameter| &parameter.ident);
    Ok(quote! {
        impl ::windlass_sdk::argument::Parameters for #ident {
            fn describe() -> ::std::vec::Vec<::windlass_sdk::describe::Parameter> {
                #describe
            }

            fn take(__arguments: &mut ::windlass_sdk::argument::Arguments) -> ::windlass_sdk::Result<Self> {
                #(#decode)*
                ::std::result::Result::Ok(Self { #(#fields),* })
            }

            fn encode(
                &self,
            ) -> ::windlass_sdk::reexport::serde_json::Map<
                ::std::string::String,
                ::windlass_sdk::reexport::serde_json::Value,
            > {
                let mut __arguments = ::windlass_sdk::reexport::serde_json::Map::new();
                #(#encode)*
                __arguments
            }
        }
    })
}
