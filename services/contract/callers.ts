/**
 * Header with the claim `sub` of a caller's token. The gateway sets it from the token that it has
 * verified, in place of whatever a caller sent.
 */
export const callerHeader = "x-causeway-caller";
