import { paths, tensor } from "../support/server";
import { post, type Malformed } from "./request";

/** Routes and methods. */
export const routes: readonly Malformed[] = [
  [
    "another model",
    post("/v2/models/other/infer", tensor()),
    404,
    "model.unknown",
    "this server has no such model",
  ],
  [
    "another version",
    post("/v2/models/loan-approval/versions/9.9.9/infer", tensor()),
    404,
    "version.unknown",
    "this server has no such version of the model",
  ],
  [
    "another operation",
    post("/v2/models/loan-approval/train", tensor()),
    404,
    "route.unknown",
    "there is nothing at this path",
  ],
  [
    "a path that climbs",
    { method: "GET", url: "/v2/models/loan-approval/..%2f..%2fetc/passwd" },
    404,
    "route.unknown",
    "there is nothing at this path",
  ],
  [
    "a path that cannot be decoded",
    { method: "GET", url: "/v2/%ff" },
    400,
    "request.malformed",
    "the path cannot be decoded",
  ],
  [
    "GET of an operation",
    { method: "GET", url: paths.infer },
    405,
    "route.method",
    "this path takes POST",
  ],
  [
    "DELETE of the model",
    { method: "DELETE", url: "/v2/models/loan-approval" },
    405,
    "route.method",
    "this path takes GET",
  ],
];
