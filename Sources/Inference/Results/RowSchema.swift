import Basics

/// The JSON Schema (draft 2020-12) of the rows of `detect`, `segment` and `classify`.
///
/// Rows of other versions have another `$id`. What is not named here may be added without one.
package enum RowSchema {
  package static func detection() -> JSONValue {
    schema(
      title: "A row of glimpse detect", id: "detect",
      [
        "boxes": [
          "description": "Detections, the highest score first", "type": "array",
          "items": [
            "type": "object", "required": ["box", "class", "class_index", "score"],
            "properties": [
              "box": [
                "description": "x1, y1, x2, y2 in pixels of the upright image", "type": "array",
                "items": ["type": "number"], "minItems": 4, "maxItems": 4,
              ],
              "class": ["type": "string"], "class_index": index,
              "score": ["type": "number", "minimum": 0, "maximum": 1],
            ],
          ],
        ],
        "drawing": ["description": "The image with boxes", "type": "string"],
      ], whenOK: ["boxes"])
  }

  package static func classification() -> JSONValue {
    schema(
      title: "A row of glimpse classify", id: "classify",
      [
        "classes": [
          "description": "The classes with the highest scores, the highest first", "type": "array",
          "items": [
            "type": "object", "required": ["class", "class_index", "score"],
            "properties": [
              "class": ["type": "string"], "class_index": index,
              "score": ["type": "number", "minimum": 0, "maximum": 1],
            ],
          ],
        ]
      ], whenOK: ["classes"])
  }

  package static func segmentation() -> JSONValue {
    let areas = ["mean_area", "median_area", "smallest_area", "largest_area"]
    return schema(
      title: "A row of glimpse segment", id: "segment",
      [
        "objects": count,
        "classes": [
          "description": "Measurements by class, without the background; areas in pixels",
          "type": "array",
          "items": [
            "type": "object",
            "required": ["class", "class_index", "pixels", "fraction", "objects"],
            "properties": JSONValue.object(
              [
                ("class", ["type": "string"]), ("class_index", index), ("pixels", count),
                ("fraction", ["type": "number", "minimum": 0, "maximum": 1]), ("objects", count),
              ].map { JSONMember(key: $0.0, value: $0.1) }
                + areas.map { JSONMember(key: $0, value: ["type": "number", "minimum": 0]) }),
          ],
        ],
        "mask": ["type": "string"], "overlay": ["type": "string"],
        "probability": ["type": "string"], "instances": ["type": "string"],
        "contours": ["type": "string"],
      ], whenOK: ["objects", "classes"])
  }

  private static let count: JSONValue = ["type": "integer", "minimum": 0]
  private static let index = count

  private static func schema(
    title: String, id: String, _ fields: JSONValue, whenOK: [String]
  ) -> JSONValue {
    let common: JSONValue = [
      "index": [
        "description": "The index of the input among all inputs of the run, from 0",
        "type": "integer", "minimum": 0,
      ],
      "id": ["description": "The id of a list, otherwise the path", "type": "string"],
      "path": ["type": "string"],
      "status": ["enum": ["ok", "failed"]],
      "error": ["description": "One sentence", "type": "string"],
      "error_class": ["enum": .array(FailureClass.allCases.map { .string($0.rawValue) })],
      "width": ["description": "After EXIF orientation", "type": "integer", "minimum": 1],
      "height": ["type": "integer", "minimum": 1],
      "warnings": ["type": "array", "items": ["type": "string"]],
      "model": ["description": "The first digits of the SHA-256 of the weights", "type": "string"],
      "precision": ["enum": ["f32", "bf16"]],
      "milliseconds": ["description": "Not in rows of folders", "type": "number", "minimum": 0],
      "stages": [
        "description": "Milliseconds by stage", "type": "object",
        "additionalProperties": ["type": "number", "minimum": 0],
      ],
    ]
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": .string("urn:glimpse:\(id)-row:1"), "title": .string(title), "type": "object",
      "required": ["index", "id", "path", "status", "model", "precision"],
      "properties": common.appending(fields),
      "if": ["properties": ["status": ["const": "ok"]]],
      "then": ["required": .array((["width", "height"] + whenOK).map { .string($0) })],
      "else": ["required": ["error", "error_class"]],
    ]
  }
}
