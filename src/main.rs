//! The `earnmark` command: arguments in, exit code out. Everything else is in the library.

/// Many small pieces on two cores: the system's allocator asks the kernel too often.
#[cfg(not(target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    earnmark::cli::main()
}

/// In WebAssembly the library is called from JavaScript; there is no command. Cargo still builds one beside the tests.
#[cfg(target_arch = "wasm32")]
fn main() {}
