@_exported import Datasets
@_exported import Engine
@_exported import Evaluation
@_exported import Imaging
@_exported import Networks
@_exported import Training
