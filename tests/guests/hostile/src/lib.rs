//! A guest whose operations break every limit.

use std::hint::black_box;

use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "hostile",
    operations: [trap, spin, grow, recurse, flood_log, flood_questions, flood_plan, spin_after_asking],
    facts: [Broken],
}

/// A fact whose parser traps.
#[fact(example = "hostile.Broken")]
pub fn Broken() -> Source<String> {
    Source::shell(shell!("true"), |_| trap_now())
}

#[inline(never)]
fn trap_now() -> ! {
    core::arch::wasm32::unreachable()
}

/// Trap.
#[operation(example = "hostile.trap()")]
pub fn trap(_plan: &mut Plan) -> Result<()> {
    trap_now()
}

/// Never answer.
#[operation(example = "hostile.spin()")]
pub fn spin(_plan: &mut Plan) -> Result<()> {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

/// Ask, then never answer.
#[operation(example = "hostile.spin_after_asking()")]
pub fn spin_after_asking(plan: &mut Plan) -> Result<()> {
    plan.note(context::global_text("_sudo_user").unwrap_or_default());
    spin(plan)
}

/// Take all the memory there is.
#[operation(example = "hostile.grow()")]
pub fn grow(plan: &mut Plan) -> Result<()> {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
        if taken.len() > 1 << 20 {
            plan.note("enough");
        }
    }
}

/// Call itself for ever.
#[operation(example = "hostile.recurse()")]
pub fn recurse(plan: &mut Plan) -> Result<()> {
    plan.note(deeper(1).to_string());
    Ok(())
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let local = black_box([depth; 64]);
    if depth == 0 {
        0
    } else {
        deeper(depth + 1) + local[(depth % 64) as usize]
    }
}

/// Log for ever.
#[operation(example = "hostile.flood_log()")]
pub fn flood_log(_plan: &mut Plan) -> Result<()> {
    loop {
        log::info("noise");
    }
}

/// Ask for ever.
#[operation(example = "hostile.flood_questions()")]
pub fn flood_questions(_plan: &mut Plan) -> Result<()> {
    loop {
        black_box(context::global("_sudo"));
    }
}

/// Plan too much.
#[operation(example = "hostile.flood_plan()")]
pub fn flood_plan(plan: &mut Plan) -> Result<()> {
    plan.note("x".repeat(3 << 20));
    Ok(())
}
