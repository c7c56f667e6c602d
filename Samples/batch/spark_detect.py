#!/usr/bin/env python3
"""Detects objects in the images of a list with Apache Spark: each partition is a pipe through glimpse.

    spark-submit spark_detect.py LIST FOLDER [PARTITIONS]

Spark runs a partition again whose worker died; its rows replace those that were lost, so that there is
one row per image. The index of a row counts within its partition; the path is the key.
"""
import os
import shlex
import sys

from pyspark.sql import SparkSession


def main():
    paths, folder = sys.argv[1], sys.argv[2]
    partitions = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    program = shlex.quote(os.environ.get("GLIMPSE", "glimpse"))
    spark = SparkSession.builder.appName("glimpse").getOrCreate()
    # Exit code 3 says that some images failed; each has a row that says why.
    command = f"{program} detect - --json --no-save --threads 1 || [ $? -eq 3 ]"
    rows = (
        spark.sparkContext.textFile(paths, partitions)
        .filter(lambda path: path.strip())
        .pipe("bash -c " + shlex.quote(command), checkCode=True))
    rows.saveAsTextFile(folder)
    spark.stop()


if __name__ == "__main__":
    main()
