"""cnnplan: the type checker and cost model of convolutional network designs."""
