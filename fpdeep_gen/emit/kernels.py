"""All kinds of processes: the configurations whose kernels the emitted C++ instantiates."""

from fpdeep_gen.emit import configs

ALL_CONFIGS: tuple[type[configs.Config], ...] = (
    configs.WindowConfig,
    configs.ConvEngineConfig,
    configs.ConvEngineToPartialConfig,
    configs.ConvEngineFromPartialConfig,
    configs.ConvEngineThroughPartialConfig,
    configs.GradientEngineConfig,
    configs.WeightStoreFirstConfig,
    configs.WeightStoreConfig,
    configs.ForkFeaturesConfig,
    configs.ForkFeaturesPassConfig,
    configs.DuplicateConfig,
    configs.ReluPoolConfig,
    configs.ReluPoolBackwardConfig,
    configs.SoftmaxLossConfig,
    configs.ConcatConfig,
    configs.SplitConfig,
    configs.BroadcastCommandConfig,
    configs.DistributeLoadConfig,
    configs.CollectDumpConfig,
    configs.PackConfig,
    configs.UnpackConfig,
    configs.LinkTxConfig,
    configs.LinkRxConfig,
)

KERNEL_NAMES = frozenset(config.kernel for config in ALL_CONFIGS)
