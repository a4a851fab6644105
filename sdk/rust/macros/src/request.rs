//! `fact_request!`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Ident, LitStr, Token, Type, Visibility, braced, parenthesized};

use crate::parameters::plain_name;

struct Request {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    ident: Ident,
    name: LitStr,
    fields: Vec<Field>,
    value: Type,
}

impl Parse for Request {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let ident = input.parse()?;
        let name;
        parenthesized!(name in input);
        let name = name.parse()?;
        let fields;
        braced!(fields in input);
        let fields =
            Punctuated::<Field, Token![,]>::parse_terminated_with(&fields, Field::parse_named)?;
        input.parse::<Token![->]>()?;
        let value = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Self {
            attributes,
            visibility,
            ident,
            name,
            fields: fields.into_iter().collect(),
            value,
        })
    }
}

struct Requests(Vec<Request>);

impl Parse for Requests {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut requests = Vec::new();
        while !input.is_empty() {
            requests.push(input.parse()?);
        }
        Ok(Self(requests))
    }
}

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let Requests(requests) = syn::parse2(item)?;
    let requests = requests.iter().map(expand_one);
    Ok(quote!(#(#requests)*))
}

fn expand_one(request: &Request) -> TokenStream {
    let Request {
        attributes,
        visibility,
        ident,
        name,
        fields,
        value,
    } = request;
    let docs: Vec<_> = fields.iter().map(|field| &field.attrs).collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let idents: Vec<_> = fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .collect();
    let names: Vec<_> = idents.iter().map(|ident| plain_name(ident)).collect();
    quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq)]
        #visibility struct #ident {
            #(#(#docs)* pub #idents: #types,)*
        }

        impl ::windlass_sdk::fact::Fact for #ident {
            type Value = #value;

            fn name() -> ::std::string::String {
                #name.to_owned()
            }

            #[allow(unused_mut)]
            fn args(&self) -> ::windlass_sdk::reexport::serde_json::Value {
                let mut arguments = ::windlass_sdk::reexport::serde_json::Map::new();
                #(arguments.insert(
                    #names.to_owned(),
                    <#types as ::windlass_sdk::argument::Argument>::encode(&self.#idents),
                );)*
                ::windlass_sdk::reexport::serde_json::Value::Object(arguments)
            }
        }
    }
}
