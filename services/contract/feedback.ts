/**
 * Header with the id of the prediction that a label is about. It is nowhere else in the request:
 * the mesh chooses the replica by it, so that all sends of one label reach the same one.
 */
export const predictionHeader = "x-causeway-prediction";

/**
 * Path that takes the labels of a model. It is beside the model's own: what decides which version
 * answers a prediction, and what is mirrored to one on trial, leaves labels alone.
 */
export function feedbackPath(model: string): string {
  return `/v2/feedback/${model}`;
}
