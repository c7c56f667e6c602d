"""Makes events.json: a results.csv and the bytes of its event file, written by TensorBoard.

    pip install tensorboard
    python make_events.py

TensorBoard's own messages (tensorboard.compat.proto) are framed by its RecordWriter, whose checksum
is its own too.
"""

import io
import json
import os

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

START = 1_700_000_000
CSV = """epoch,time,train/box_loss,train/cls_loss,val/box_loss,val/cls_loss,metrics/mAP50,lr,images_per_s,data_wait
1,12.3,3.51234,1.25000,,,,0.001,20.50,0.0000
2,25.0,3.00001,1.00000,2.50000,0.50000,0.51234,1.5e-07,21.00,0.0312
300,3725.9,0.00000,0.33333,2.12345,0.66667,1.00000,2e-05,21.00,1.0000
"""


def main():
    file = io.BytesIO()
    writer = RecordWriter(file)
    writer.write(Event(wall_time=START, file_version="brain.Event:2").SerializeToString())
    header, *rows = [line.split(",") for line in CSV.splitlines()]
    for row in rows:
        fields = dict(zip(header, row))
        values = [
            Summary.Value(tag=name, simple_value=float(fields[name]))
            for name in header
            if name != "epoch" and fields[name]
        ]
        event = Event(
            wall_time=START + float(fields["time"]),
            step=int(fields["epoch"]),
            summary=Summary(value=values),
        )
        writer.write(event.SerializeToString())
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.json")
    with open(path, "w") as out:
        json.dump({"start": START, "csv": CSV, "bytes": file.getvalue().hex()}, out)
        out.write("\n")


main()
