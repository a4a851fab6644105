//! The names of a file: which it makes itself, which it uses, and which files it names.

use std::collections::BTreeSet;

use starlark::codemap::Span;
use starlark::syntax::ast::{
    Argument, AssignTarget, AstExpr, AstLiteral, Clause, Expr, ForClause, Parameter, Stmt,
};

use crate::environment::Environment;
use crate::source::SourceFile;
use crate::walk::{dotted, each_statement, exprs_below};
use windlass_engine::nearest::did_you_mean;

use super::Finding;

/// The names that a file makes.
pub(crate) struct Scope {
    own: BTreeSet<String>,
}

impl Scope {
    /// All names that are bound anywhere in the file, in whichever function.
    pub(crate) fn of(file: &SourceFile) -> Self {
        let mut own = BTreeSet::new();
        let module = file.written.statement();
        each_statement(module, &mut |statement| match &statement.node {
            Stmt::Assign(assign) => bind(&assign.lhs.node, &mut own),
            Stmt::AssignModify(target, ..) => bind(&target.node, &mut own),
            Stmt::For(each) => bind(&each.var.node, &mut own),
            Stmt::Def(def) => {
                own.insert(def.name.node.ident.clone());
                for parameter in &def.params {
                    bind_parameter(&parameter.node, &mut own);
                }
            }
            Stmt::Load(load) => {
                own.extend(load.args.iter().map(|one| one.local.node.ident.clone()));
            }
            _ => {}
        });
        for expr in exprs_below(module) {
            match &expr.node {
                Expr::Lambda(lambda) => {
                    for parameter in &lambda.params {
                        bind_parameter(&parameter.node, &mut own);
                    }
                }
                Expr::ListComprehension(_, first, clauses) => {
                    bind_clauses(first, clauses, &mut own)
                }
                Expr::DictComprehension(_, first, clauses) => {
                    bind_clauses(first, clauses, &mut own)
                }
                _ => {}
            }
        }
        Self { own }
    }

    /// True when the file makes a name itself.
    pub(crate) fn makes(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    /// Names that are used and that nobody makes.
    pub(crate) fn unknown_names(
        &self,
        file: &SourceFile,
        environment: &Environment,
    ) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let mut told = BTreeSet::new();
        for expr in exprs_below(file.written.statement()) {
            let Expr::Identifier(name) = &expr.node else {
                continue;
            };
            let name = name.node.ident.as_str();
            if self.makes(name)
                || environment.names.iter().any(|known| known == name)
                || !told.insert(name)
            {
                continue;
            }
            let known = environment
                .names
                .iter()
                .map(String::as_str)
                .filter(|known| !known.starts_with("__"))
                .chain(self.own.iter().map(String::as_str));
            findings.push(Finding {
                span: expr.span,
                message: format!("there is no `{name}` here{}", did_you_mean(name, known)),
            });
        }
        findings
    }
}

fn bind(target: &AssignTarget, own: &mut BTreeSet<String>) {
    match target {
        AssignTarget::Tuple(all) => all.iter().for_each(|one| bind(&one.node, own)),
        AssignTarget::Identifier(name) => {
            own.insert(name.node.ident.clone());
        }
        AssignTarget::Index(_) | AssignTarget::Dot(..) => {}
    }
}

fn bind_parameter(parameter: &Parameter, own: &mut BTreeSet<String>) {
    own.extend(parameter.ident().map(|name| name.node.ident.clone()));
}

fn bind_clauses(first: &ForClause, clauses: &[Clause], own: &mut BTreeSet<String>) {
    bind(&first.var.node, own);
    for clause in clauses {
        if let Clause::For(each) = clause {
            bind(&each.var.node, own);
        }
    }
}

/// The files that a file loads, and those it includes by a literal path.
pub(crate) fn files(file: &SourceFile) -> Vec<(Span, String)> {
    let loads = file
        .loads()
        .into_iter()
        .map(|(span, path)| (span.span, path));
    let included = exprs_below(file.written.statement())
        .into_iter()
        .filter_map(included);
    loads.chain(included).collect()
}

fn included(expr: &AstExpr) -> Option<(Span, String)> {
    let Expr::Call(callee, arguments) = &expr.node else {
        return None;
    };
    if dotted(callee)?.as_slice() != ["include"] {
        return None;
    }
    let Argument::Positional(path) = &arguments.args.first()?.node else {
        return None;
    };
    match &path.node {
        Expr::Literal(AstLiteral::String(text)) => Some((path.span, text.node.clone())),
        _ => None,
    }
}
