"""Reads what `glimpse convert` writes with the loaders of other tools, and compares the objects.

    python3 -m venv .peers && .peers/bin/pip install pycocotools torchvision ultralytics pillow numpy
    .peers/bin/python Tests/DatasetsTests/Golden/read_converted.py .build/release/glimpse

The source is a COCO file that this script makes: boxes, polygons, masks with a hole, crowds, ids that are
not 1, 2, 3, and a dataset of class masks. Each conversion is read by pycocotools (COCO), Ultralytics'
dataset check and its YOLODataset (YOLO), torchvision's VOCDetection (VOC) and as JSON (CreateML). It
prints a line for each and exits with 1 if one differs. Tried with pycocotools 2.0.11, torchvision 0.29.2
and ultralytics 8.4.190.
"""

import json
import os
import subprocess
import sys
import tempfile

WIDTH, HEIGHT = 64, 48
PROGRAM = os.path.realpath(sys.argv[1])


def convert(source, to, folder):
    run = subprocess.run([PROGRAM, "convert", source, "--to", to, "-o", folder], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"convert to {to} ended with {run.returncode}: {run.stderr}")
    return folder


def make_images(folder, names):
    import numpy
    from PIL import Image

    os.makedirs(folder)
    for seed, name in enumerate(names):
        pixels = numpy.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=numpy.uint8)
        Image.fromarray(pixels).save(os.path.join(folder, name))


def ring():
    """A mask of columns 4 to 11 and rows 6 to 13 with a hole of 2 x 2 pixels, 60 pixels."""
    mask = [[0] * WIDTH for _ in range(HEIGHT)]
    for y in range(6, 14):
        for x in range(4, 12):
            mask[y][x] = 0 if x in (7, 8) and y in (9, 10) else 1
    return mask


def runs(mask):
    counts, last, length = [], 0, 0
    for x in range(WIDTH):
        for y in range(HEIGHT):
            if mask[y][x] != last:
                counts.append(length)
                last, length = mask[y][x], 0
            length += 1
    return counts + [length]


def make_coco(root):
    for split in ("train", "val"):
        make_images(f"{root}/{split}", ("a.jpg", "b.jpg"))
        annotations = [
            {"id": 900, "image_id": 70, "category_id": 18, "bbox": [10, 5, 20, 30], "area": 600},
            {"id": 901, "image_id": 70, "category_id": 3, "bbox": [30, 8, 24, 20], "area": 240,
             "segmentation": [[30, 8, 54, 8, 54, 28]]},
            {"id": 902, "image_id": 71, "category_id": 3, "bbox": [4, 6, 8, 8], "area": 60,
             "segmentation": {"size": [HEIGHT, WIDTH], "counts": runs(ring())}},
            {"id": 903, "image_id": 71, "category_id": 18, "bbox": [40, 30, 10, 10], "area": 100, "iscrowd": 1,
             "segmentation": [[40, 30, 50, 30, 50, 40, 40, 40]]},
        ]
        with open(f"{root}/{split}/_annotations.coco.json", "w") as file:
            json.dump({"images": [{"id": 70, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT},
                                  {"id": 71, "file_name": "b.jpg", "width": WIDTH, "height": HEIGHT}],
                       "categories": [{"id": 18, "name": "cat"}, {"id": 3, "name": "dog & co"}],
                       "annotations": annotations}, file)


def make_masks(root):
    import numpy
    from PIL import Image

    make_images(f"{root}/images", ("a.png",))
    os.makedirs(f"{root}/masks")
    mask = numpy.array(ring(), dtype=numpy.uint8)
    mask[30:40, 20:50] = 2
    Image.fromarray(mask).save(f"{root}/masks/a.png")
    with open(f"{root}/classes.txt", "w") as file:
        file.write("cat\ndog\n")


def close(a, b, tolerance=1e-4):
    return len(a) == len(b) and all(abs(x - y) <= tolerance for x, y in zip(a, b))


def read_coco(folder):
    from pycocotools.coco import COCO

    coco = COCO(f"{folder}/annotations/instances_val.json")
    coco.info()
    assert sorted(coco.imgs) == [70, 71] and sorted(coco.cats) == [3, 18] and sorted(coco.anns) == [900, 901, 902, 903]
    assert coco.cats[18]["name"] == "cat" and coco.anns[903]["iscrowd"] == 1
    assert coco.annToMask(coco.anns[902]).tolist() == ring()
    assert coco.anns[900]["bbox"] == [10, 5, 20, 30] and coco.anns[901]["area"] == 240
    for image in coco.imgs.values():
        assert os.path.exists(f"{folder}/val/{image['file_name']}")


def read_class_masks(folder):
    from pycocotools.coco import COCO

    coco = COCO(f"{folder}/annotations/instances_train.json")
    found = {coco.cats[a["category_id"]]["name"]: a for a in coco.anns.values()}
    assert found["cat"]["bbox"] == [4, 6, 8, 8] and found["cat"]["area"] == 60
    assert found["dog"]["bbox"] == [20, 30, 30, 10] and found["dog"]["area"] == 300
    # The polygon has a hole.
    assert coco.annToMask(found["cat"]).tolist() == ring()


def read_yolo(folder):
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    # From another folder: without "path", the folder of the file counts.
    data = check_det_dataset(f"{folder}/data.yaml", autodownload=False)
    assert data["names"] == {0: "cat", 1: "dog & co"}
    for task, count in (("detect", 3), ("segment", 3)):
        labels = YOLODataset(img_path=data["val"], data=data, task=task).labels
        boxes = {(os.path.basename(label["im_file"]), int(c)): (b * [WIDTH, HEIGHT, WIDTH, HEIGHT]).tolist()
                 for label in labels for c, b in zip(label["cls"].flatten(), label["bboxes"])}
        assert len(boxes) == count, boxes
        # Center and size.
        assert close(boxes["b.jpg", 1], [8, 10, 8, 8])
        assert close(boxes["a.jpg", 1], [42, 18, 24, 20])
        assert close(boxes["a.jpg", 0], [20, 20, 20, 30])


def read_voc(folder):
    from torchvision.datasets import VOCDetection

    # torchvision looks for VOCdevkit/VOC2012, and for images that end in .jpg.
    os.makedirs(f"{folder}-root/VOCdevkit", exist_ok=True)
    os.symlink(folder, f"{folder}-root/VOCdevkit/VOC2012")
    data = VOCDetection(f"{folder}-root", year="2012", image_set="val", download=False)
    assert len(data) == 2
    found = []
    for image, target in data:
        annotation = target["annotation"]
        assert image.size == (int(annotation["size"]["width"]), int(annotation["size"]["height"]))
        for item in annotation["object"]:
            corners = [float(item["bndbox"][key]) for key in ("xmin", "ymin", "xmax", "ymax")]
            found.append((item["name"], corners, item["difficult"]))
    # Pixels count from 1, and the last one is inside.
    assert ("cat", [11, 6, 30, 35], "0") in found and ("dog & co", [5, 7, 12, 14], "0") in found
    assert ("cat", [41, 31, 50, 40], "1") in found and len(found) == 4


def read_createml(folder):
    with open(f"{folder}/val/_annotations.createml.json") as file:
        images = json.load(file)
    found = [(a["label"], a["coordinates"]) for image in images for a in image["annotations"]]
    assert ("cat", {"x": 20, "y": 20, "width": 20, "height": 30}) in found and len(found) == 3
    for image in images:
        assert os.path.exists(f"{folder}/val/{image['image']}")


def main():
    failed = False
    with tempfile.TemporaryDirectory() as work:
        os.environ.update(YOLO_CONFIG_DIR=f"{work}/settings", YOLO_OFFLINE="True", YOLO_VERBOSE="False",
                          XDG_CACHE_HOME=f"{work}/cache")
        os.makedirs(f"{work}/settings")
        make_coco(f"{work}/coco")
        make_masks(f"{work}/class-masks")
        for name, source, to, read in (
            ("COCO by pycocotools", "coco", "coco", read_coco),
            ("class masks as COCO by pycocotools", "class-masks", "coco", read_class_masks),
            ("YOLO by Ultralytics", "coco", "yolo", read_yolo),
            ("VOC by torchvision", "coco", "voc", read_voc),
            ("CreateML as JSON", "coco", "createml", read_createml),
        ):
            folder = convert(f"{work}/{source}", to, f"{work}/out-{source}-{to}")
            try:
                read(folder)
                print(f"right: {name}")
            except Exception as error:
                import traceback

                failed = True
                print(f"wrong: {name}: {error}")
                traceback.print_exc()
    sys.exit(failed)


if __name__ == "__main__":
    main()
