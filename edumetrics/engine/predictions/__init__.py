"""What is likely: predictors trained on a college's own past, calibrated, explained and checked.

``train(examples, ...)`` gives a predictor and its card; ``Predictor.predict(features)`` what it expects of students;
``artefact`` stores a predictor and reads it back. Nothing here knows what is predicted of whom: features, outcomes
and sentences are the caller's.
"""
