"""A network as an ONNX file: the messages, sizes as nodes, and a table of what each operator becomes."""
