"""All kinds of processes: the configurations whose kernels the emitted C++ instantiates."""

from fpdeep_gen.emit.configs import Config
from fpdeep_gen.emit.control_configs import (
    BroadcastCommandConfig,
    CollectDumpConfig,
    DistributeLoadConfig,
    LinkRxConfig,
    LinkTxConfig,
    PackConfig,
    UnpackConfig,
)
from fpdeep_gen.emit.engine_configs import (
    ConvEngineConfig,
    ConvEngineFromPartialConfig,
    ConvEngineThroughPartialConfig,
    ConvEngineToPartialConfig,
    GradientEngineConfig,
    WeightStoreConfig,
    WeightStoreFirstConfig,
    WindowConfig,
)
from fpdeep_gen.emit.map_configs import (
    ConcatConfig,
    DuplicateConfig,
    ForkFeaturesConfig,
    ForkFeaturesPassConfig,
    ReluPoolBackwardConfig,
    ReluPoolConfig,
    SoftmaxLossConfig,
    SplitConfig,
)

ALL_CONFIGS: tuple[type[Config], ...] = (
    WindowConfig,
    ConvEngineConfig,
    ConvEngineToPartialConfig,
    ConvEngineFromPartialConfig,
    ConvEngineThroughPartialConfig,
    GradientEngineConfig,
    WeightStoreFirstConfig,
    WeightStoreConfig,
    ForkFeaturesConfig,
    ForkFeaturesPassConfig,
    DuplicateConfig,
    ReluPoolConfig,
    ReluPoolBackwardConfig,
    SoftmaxLossConfig,
    ConcatConfig,
    SplitConfig,
    BroadcastCommandConfig,
    DistributeLoadConfig,
    CollectDumpConfig,
    PackConfig,
    UnpackConfig,
    LinkTxConfig,
    LinkRxConfig,
)

KERNEL_NAMES = frozenset(config.kernel for config in ALL_CONFIGS)
