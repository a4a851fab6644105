//! Command lines in the form of pyinfra's are answered with the one to type.

use windlass_tests::Windlass;

#[test]
fn each_form_is_answered() {
    let windlass = Windlass::new();
    for (name, line) in [
        ("deploy", "inventory.py deploy.py --sudo --limit web"),
        ("dry", "inventory.py deploy.py --dry"),
        ("exec", "@local exec -- uptime"),
        ("fact", "@local fact server.Date"),
        ("operation", "@local files.directory path=/srv"),
        ("debug_inventory", "inventory.py debug-inventory"),
    ] {
        insta::assert_snapshot!(name, windlass.run(line.split(' ')).exits(1));
    }
}
