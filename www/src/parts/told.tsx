// Why a call of the engine gave nothing, where it is to be seen.
import type { Trouble } from "../trouble.ts";
import { Said } from "./said.tsx";

export const Told = ({ trouble }: { trouble: Trouble }) =>
  typeof trouble === "string" ? <span>{trouble}</span> : <Said finding={trouble} />;
