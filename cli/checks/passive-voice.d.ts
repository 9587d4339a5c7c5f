declare module "passive-voice" {
  /** Where a text is in the passive voice; offsets are lengths, in characters. */
  export default function passiveVoice(
    text: string,
  ): readonly { readonly index: number; readonly offset: number }[];
}
