// What wasm-bindgen writes for the engine, as far as the page uses it. Results are JSON of `types.ts`.
declare module "earnmark-engine" {
  export function initSync(options: { module: WebAssembly.Module }): unknown;
  export class Engine {
    open_sample(): string;
    open_files(files: { path: string; bytes: Uint8Array }[], opening_json: string): string;
    pay(payee: string, period: string): string;
    pipeline(payee: string, period: string): string;
    what_if(payee: string, period: string, deals_json: string, currency?: string): string;
    compare(a_json: string, b_json: string, period: string): string;
    compare_amounts(a_json: string, b_json: string, period: string): string;
    compare_rows(a_json: string, b_json: string, period: string, payees_json: string): string;
    compare_csv(a_json: string, b_json: string, period: string): string;
    describe(): string;
    templates(): string;
    scripts(): string;
    check(scripts_json: string): string;
    tests(scripts_json: string): string;
    try_scripts(scripts_json: string, period: string): string;
    make_test(payee: string, period: string): string;
  }
}
declare module "earnmark-wasm?url" {
  const url: string;
  export default url;
}
