import { elasticsearch } from "../../../infra/platform/elastic/elasticsearch";
import { sizes } from "../../../infra/platform/elastic/sizes";
import type { Props } from "../../support/rule-suite";

export const plain = (object: object): Props => JSON.parse(JSON.stringify(object)) as Props;

export const store = plain(
  elasticsearch({ environment: "prod", size: sizes.prod, snapshotRegion: "eu-west-1" }),
);
