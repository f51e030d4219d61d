//! A release holds the web front that `web/dist` held when it was built, so a change there is a reason to build again.
//! A debug build reads the folder while it runs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=web/dist");
    }
}
