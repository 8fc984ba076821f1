"""Where examples come from, one source to a file, and how they are split and served.

`loading.load` gives a program's sets, on the device; `serving.Served` their batches by number.
"""

from __future__ import annotations

from hypertune.catalogue import Kind
from hypertune.data.breast_cancer import BREAST_CANCER
from hypertune.data.cifar10 import CIFAR10
from hypertune.data.cifar100 import CIFAR100
from hypertune.data.csv_table import CSV
from hypertune.data.diabetes import DIABETES
from hypertune.data.digits import DIGITS
from hypertune.data.failures import (
    DataDamaged as DataDamaged,
    DataError as DataError,
    DataMissing as DataMissing,
    DownloadFailed as DownloadFailed,
    FileUnreadable as FileUnreadable,
)
from hypertune.data.fashion_mnist import FASHION_MNIST
from hypertune.data.image_folder import IMAGES
from hypertune.data.label_noise import LABELS
from hypertune.data.mnist import MNIST
from hypertune.data.npz_file import NPZ
from hypertune.data.python_docs import PYTHON_DOCS
from hypertune.data.svhn import SVHN
from hypertune.data.text_files import TEXT

STANDARD: tuple[Kind, ...] = (
    DIGITS,
    BREAST_CANCER,
    DIABETES,
    MNIST,
    FASHION_MNIST,
    CIFAR10,
    CIFAR100,
    SVHN,
    CSV,
    IMAGES,
    NPZ,
    TEXT,
    PYTHON_DOCS,
    LABELS,
)
