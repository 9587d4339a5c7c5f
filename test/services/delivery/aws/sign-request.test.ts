import { signedHeaders, uriEncoded } from "../../../../services/delivery/aws/sign-request";

// Golden values: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples:
// Signature Calculations".
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const scope = {
  service: "s3",
  region: "us-east-1",
  now: new Date("2013-05-24T00:00:00Z"),
} as const;
const signature = (request: Parameters<typeof signedHeaders>[0]) =>
  /Signature=([0-9a-f]+)$/.exec(
    signedHeaders(request, credentials, scope)["authorization"] ?? "",
  )?.[1];
const bucket = "https://examplebucket.s3.amazonaws.com";

test.each<[string, Parameters<typeof signedHeaders>[0], string]>([
  [
    "reads an object",
    { method: "GET", url: new URL(`${bucket}/test.txt`), headers: { range: "bytes=0-9" } },
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "stores an object",
    {
      method: "PUT",
      url: new URL(`${bucket}/${uriEncoded("test$file.text")}`),
      headers: {
        date: "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
      },
      body: Buffer.from("Welcome to Amazon S3."),
    },
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  [
    "asks for a setting",
    { method: "GET", url: new URL(`${bucket}/?lifecycle`) },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "lists objects",
    { method: "GET", url: new URL(`${bucket}/?max-keys=2&prefix=J`) },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
])("a request that %s is signed as AWS's own example", (_title, request, expected) =>
  expect(signature(request)).toBe(expected),
);

test("a session's token is signed with the rest", () => {
  const given = signedHeaders(
    { method: "GET", url: new URL(bucket) },
    { ...credentials, token: "t" },
    scope,
  );
  expect([given["x-amz-security-token"], given["authorization"]]).toEqual([
    "t",
    expect.stringContaining(
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
    ),
  ]);
});
