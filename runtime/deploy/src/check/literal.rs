//! Expressions whose value stands in the file.

use starlark::syntax::AstModule;
use starlark::syntax::ast::{AstExpr, AstLiteral, Expr};
use windlass_engine::json::{Json, JsonMap};

use crate::source::octal_digits;

/// The value of an expression of literals.
pub(crate) fn value(module: &AstModule, expr: &AstExpr) -> Option<Json> {
    match &expr.node {
        Expr::Literal(literal) => match literal {
            AstLiteral::String(text) => Some(Json::from(text.node.as_str())),
            AstLiteral::Float(number) => Some(Json::from(number.node)),
            AstLiteral::Int(_) => integer(module, expr),
            AstLiteral::Bytes(_) | AstLiteral::Ellipsis => None,
        },
        Expr::Identifier(name) => match name.node.ident.as_str() {
            "True" => Some(Json::Bool(true)),
            "False" => Some(Json::Bool(false)),
            "None" => Some(Json::Null),
            _ => None,
        },
        Expr::Minus(inner) => {
            let number = value(module, inner)?;
            match number.as_i64() {
                Some(whole) => Some(Json::from(-whole)),
                None => Some(Json::from(-number.as_f64()?)),
            }
        }
        Expr::List(items) | Expr::Tuple(items) => {
            let items: Option<Vec<Json>> = items.iter().map(|item| value(module, item)).collect();
            items.map(Json::Array)
        }
        Expr::Dict(entries) => {
            let mut map = JsonMap::new();
            for (key, item) in entries {
                let Json::String(key) = value(module, key)? else {
                    return None;
                };
                map.insert(key, value(module, item)?);
            }
            Some(Json::Object(map))
        }
        _ => None,
    }
}

/// A whole number; octal ones are text of their digits, as in evaluation.
fn integer(module: &AstModule, expr: &AstExpr) -> Option<Json> {
    if let Some(digits) = octal_digits(module, expr) {
        return Some(Json::from(digits));
    }
    let span = module.file_span(expr.span);
    let text = span.source_span();
    let lower = text.to_lowercase();
    let number = if let Some(digits) = lower.strip_prefix("0x") {
        i64::from_str_radix(digits, 16).ok()
    } else if let Some(digits) = lower.strip_prefix("0b") {
        i64::from_str_radix(digits, 2).ok()
    } else {
        lower.parse().ok()
    };
    number.map(Json::from)
}
