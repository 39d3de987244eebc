// Messages that didn't certainly arrive: tried again when that can't double them, otherwise only after a question.

import { post } from "../shared/api.js";
import { asked, toast } from "./parts.js";

const DOUBT = "Nobody knows whether this arrived. If it did, the customer will read it twice. Look there first if you can.";

// Resolves to whether it is on its way again.
export async function sendAgain({ id, again }) {
  if (!again && !(await asked("Send it again?", DOUBT, "Send again"))) return false;
  try {
    await post("/console/api/deliveries/again", { id });
  } catch (error) {
    toast(error.message, "problem");
    return false;
  }
  toast("On its way again.");
  return true;
}
