export interface Shipped {
  name: string;
  version: string;
  licence: string;
  texts: string[];
}
export function crates(): Shipped[];
export function packages(): Shipped[];
export function notices(all: Shipped[]): string;
