//! Walks over syntax trees: where truth is asked for, loops over `host.loop`, calls, and names.

use std::collections::HashMap;

use starlark::codemap::Span;
use starlark::syntax::ast::{Argument, AssignTarget, AstExpr, AstStmt, BinOp, Clause, Expr, Stmt};

/// Why the truth of a value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// `if`, a conditional expression, a filter.
    If,
    /// `not`.
    Not,
    /// `and`.
    And,
    /// `or`.
    Or,
}

impl Reason {
    const ALL: [Self; 4] = [Self::If, Self::Not, Self::And, Self::Or];

    /// The function that guards it in the evaluated text.
    pub(crate) fn function(self) -> &'static str {
        let at = Self::ALL.iter().position(|reason| *reason == self);
        at.and_then(|at| crate::source::TRUTH.get(at))
            .copied()
            .unwrap_or("__truth")
    }
}

/// A place where truth is asked for.
#[derive(Debug)]
pub(crate) struct Test<'a> {
    /// The whole condition.
    pub(crate) expr: &'a AstExpr,
    /// Its parts whose truth is asked for.
    pub(crate) truths: Vec<(&'a AstExpr, Reason)>,
    /// The fact that an `if` depends on.
    pub(crate) fact: Option<String>,
    /// What is done when it holds, for an `if` statement.
    pub(crate) body: Option<&'a AstStmt>,
    /// True inside a function, which may run at execution.
    pub(crate) in_function: bool,
}

/// All places where truth is asked for. Outer ones come before those inside them.
pub(crate) fn tests(module: &AstStmt) -> Vec<Test<'_>> {
    let mut found = Tests {
        facts: facts_in_variables(module),
        tests: Vec::new(),
    };
    found.statement(module, false);
    found.tests
}

struct Tests<'a> {
    facts: HashMap<&'a str, String>,
    tests: Vec<Test<'a>>,
}

impl<'a> Tests<'a> {
    fn statement(&mut self, statement: &'a AstStmt, in_function: bool) {
        match &statement.node {
            Stmt::If(condition, body) => self.condition(condition, Some(body), in_function),
            Stmt::IfElse(condition, both) => {
                self.condition(condition, Some(&both.0), in_function);
            }
            _ => {}
        }
        for expr in direct_exprs(statement) {
            self.expr(expr, in_function);
        }
        let inside = in_function || matches!(statement.node, Stmt::Def(_));
        statement.visit_stmt(|inner| self.statement(inner, inside));
    }

    fn condition(&mut self, expr: &'a AstExpr, body: Option<&'a AstStmt>, in_function: bool) {
        let mut truths = Vec::new();
        truth(expr, Reason::If, &mut truths);
        let fact = self.fact_in(expr);
        self.tests.push(Test {
            expr,
            truths,
            fact,
            body,
            in_function,
        });
    }

    fn operand(&mut self, expr: &'a AstExpr, reason: Reason, in_function: bool) {
        let mut truths = Vec::new();
        truth(expr, reason, &mut truths);
        self.tests.push(Test {
            expr,
            truths,
            fact: None,
            body: None,
            in_function,
        });
    }

    fn expr(&mut self, expr: &'a AstExpr, in_function: bool) {
        match &expr.node {
            Expr::Op(left, BinOp::And, _) => self.operand(left, Reason::And, in_function),
            Expr::Op(left, BinOp::Or, _) => self.operand(left, Reason::Or, in_function),
            // Starlark compares with constants by identity, without asking the value.
            Expr::Op(left, BinOp::Equal | BinOp::NotEqual, right) => {
                if is_bool(right) {
                    self.operand(left, Reason::If, in_function);
                } else if is_bool(left) {
                    self.operand(right, Reason::If, in_function);
                }
            }
            Expr::Not(inner) => self.operand(inner, Reason::Not, in_function),
            Expr::If(parts) => self.condition(&parts.0, None, in_function),
            Expr::ListComprehension(_, _, clauses) | Expr::DictComprehension(_, _, clauses) => {
                for clause in clauses {
                    if let Clause::If(condition) = clause {
                        self.condition(condition, None, in_function);
                    }
                }
            }
            _ => {}
        }
        let inside = in_function || matches!(expr.node, Expr::Lambda(_));
        expr.visit_expr(|inner| self.expr(inner, inside));
    }

    /// The first fact that an expression asks for, directly or through a variable.
    fn fact_in(&self, expr: &AstExpr) -> Option<String> {
        match &expr.node {
            Expr::Identifier(name) => return self.facts.get(name.node.ident.as_str()).cloned(),
            Expr::Call(..) => {
                if let Some(fact) = fact_asked(expr) {
                    return Some(fact);
                }
            }
            _ => {}
        }
        let mut found = None;
        expr.visit_expr(|inner| {
            if found.is_none() {
                found = self.fact_in(inner);
            }
        });
        found
    }
}

fn is_bool(expr: &AstExpr) -> bool {
    matches!(dotted(expr).as_deref(), Some(["True" | "False"]))
}

/// The parts of a condition whose truth decides.
fn truth<'a>(expr: &'a AstExpr, reason: Reason, into: &mut Vec<(&'a AstExpr, Reason)>) {
    match &expr.node {
        Expr::Op(_, BinOp::And, right) => truth(right, Reason::And, into),
        Expr::Op(_, BinOp::Or, right) => truth(right, Reason::Or, into),
        Expr::If(parts) => {
            truth(&parts.1, reason, into);
            truth(&parts.2, reason, into);
        }
        Expr::Op(..)
        | Expr::Not(_)
        | Expr::Literal(_)
        | Expr::List(_)
        | Expr::Dict(_)
        | Expr::Tuple(_)
        | Expr::FString(_)
        | Expr::ListComprehension(..)
        | Expr::DictComprehension(..) => {}
        _ => into.push((expr, reason)),
    }
}

/// Variables that hold what a fact answered.
fn facts_in_variables(module: &AstStmt) -> HashMap<&str, String> {
    let mut facts = HashMap::new();
    each_statement(module, &mut |statement| {
        if let Stmt::Assign(assign) = &statement.node
            && let AssignTarget::Identifier(name) = &assign.lhs.node
            && let Some(fact) = fact_asked(&assign.rhs)
        {
            facts.insert(name.node.ident.as_str(), fact);
        }
    });
    facts
}

/// The fact's name if this is `host.get_fact(facts.a.B, …)` or `host.fact("a.B", …)`.
pub(crate) fn fact_asked(expr: &AstExpr) -> Option<String> {
    let Expr::Call(callee, arguments) = &expr.node else {
        return None;
    };
    if !matches!(dotted(callee)?.as_slice(), ["host", "get_fact" | "fact"]) {
        return None;
    }
    let Argument::Positional(first) = &arguments.args.first()?.node else {
        return None;
    };
    fact_named(first)
}

/// The name in `facts.a.B` or `"a.B"`.
pub(crate) fn fact_named(expr: &AstExpr) -> Option<String> {
    if let Expr::Literal(starlark::syntax::ast::AstLiteral::String(name)) = &expr.node {
        return Some(name.node.clone());
    }
    match dotted(expr)?.as_slice() {
        ["facts", rest @ ..] if rest.len() > 1 => Some(rest.join(".")),
        _ => None,
    }
}

/// `a.b.c` as its parts.
pub(crate) fn dotted(expr: &AstExpr) -> Option<Vec<&str>> {
    match &expr.node {
        Expr::Identifier(name) => Some(vec![name.node.ident.as_str()]),
        Expr::Dot(inner, name) => {
            let mut parts = dotted(inner)?;
            parts.push(name.node.as_str());
            Some(parts)
        }
        _ => None,
    }
}

/// A loop over `host.loop(…)`.
pub(crate) struct HostLoop<'a> {
    pub(crate) over: &'a AstExpr,
    pub(crate) body: Span,
    pub(crate) first: First<'a>,
}

/// Where a loop's body begins.
pub(crate) enum First<'a> {
    /// With a statement that asks for an expression first.
    Test(&'a AstExpr),
    /// With a simple statement.
    Simple(Span),
}

/// All loops over `host.loop(…)`.
pub(crate) fn host_loops(module: &AstStmt) -> Vec<HostLoop<'_>> {
    let mut loops = Vec::new();
    each_statement(module, &mut |statement| {
        if let Stmt::For(each) = &statement.node
            && let Expr::Call(callee, _) = &each.over.node
            && dotted(callee).as_deref() == Some(&["host", "loop"])
            && let Some(first) = first_of(&each.body)
        {
            loops.push(HostLoop {
                over: &each.over,
                body: each.body.span,
                first,
            });
        }
    });
    loops
}

fn first_of(body: &AstStmt) -> Option<First<'_>> {
    match &body.node {
        Stmt::Statements(all) => all.first().and_then(first_of),
        Stmt::If(condition, _) | Stmt::IfElse(condition, _) => Some(First::Test(condition)),
        Stmt::For(each) => Some(First::Test(&each.over)),
        Stmt::Def(_) | Stmt::Load(_) => None,
        _ => Some(First::Simple(body.span)),
    }
}

/// Calls that are not an argument of another call.
pub(crate) fn outer_calls(module: &AstStmt) -> Vec<Span> {
    fn expr(at: &AstExpr, into: &mut Vec<Span>) {
        if let Expr::Call(..) = at.node {
            into.push(at.span);
        } else {
            at.visit_expr(|inner| expr(inner, into));
        }
    }
    let mut spans = Vec::new();
    module.visit_expr(|at| expr(at, &mut spans));
    spans
}

/// Every statement, outer ones first.
pub(crate) fn each_statement<'a>(statement: &'a AstStmt, then: &mut impl FnMut(&'a AstStmt)) {
    then(statement);
    let mut inner = Vec::new();
    statement.visit_stmt(|below| inner.push(below));
    for below in inner {
        each_statement(below, then);
    }
}

/// Every expression, outer ones first.
pub(crate) fn exprs_below(module: &AstStmt) -> Vec<&AstExpr> {
    fn add<'a>(expr: &'a AstExpr, into: &mut Vec<&'a AstExpr>) {
        into.push(expr);
        expr.visit_expr(|inner| add(inner, into));
    }
    let mut all = Vec::new();
    module.visit_expr(|expr| add(expr, &mut all));
    all
}

/// The expressions of a statement itself, without those of statements inside it.
fn direct_exprs(statement: &AstStmt) -> Vec<&AstExpr> {
    fn target<'a>(at: &'a AssignTarget, into: &mut Vec<&'a AstExpr>) {
        match at {
            AssignTarget::Tuple(all) => all.iter().for_each(|one| target(&one.node, into)),
            AssignTarget::Index(parts) => into.extend([&parts.0, &parts.1]),
            AssignTarget::Dot(expr, _) => into.push(expr),
            AssignTarget::Identifier(_) => {}
        }
    }
    let mut all = Vec::new();
    match &statement.node {
        Stmt::Return(Some(expr)) | Stmt::Expression(expr) => all.push(expr),
        Stmt::Assign(assign) => {
            target(&assign.lhs.node, &mut all);
            all.push(&assign.rhs);
        }
        Stmt::AssignModify(to, _, expr) => {
            target(&to.node, &mut all);
            all.push(expr);
        }
        Stmt::If(condition, _) | Stmt::IfElse(condition, _) => all.push(condition),
        Stmt::For(each) => {
            target(&each.var.node, &mut all);
            all.push(&each.over);
        }
        Stmt::Def(def) => {
            for parameter in &def.params {
                if let starlark::syntax::ast::Parameter::Normal(_, _, Some(default)) =
                    &parameter.node
                {
                    all.push(default);
                }
            }
        }
        _ => {}
    }
    all
}
