// SPDX-License-Identifier: GPL-3.0-or-later
// Every message that a user can meet, once. A front end holds one table from code to sentence; a test fails on a
// code that its table lacks. The comment behind a code names the arguments that its sentence may use.
#pragma once

// clang-format off
// X(code, category)
#define HONE_MESSAGE_CODES(X)                                                                                          \
    /* files */                                                                                                        \
    X(FileNotFound, Input)              /* path */                                                                     \
    X(FileUnreadable, Input)            /* path, reason */                                                             \
    X(FileUnwritable, System)           /* path, reason */                                                             \
    X(DiskFull, System)                 /* path */                                                                     \
    X(OutputExists, Usage)              /* path */                                                                     \
    X(ModuleMissing, System)            /* module, reason */                                                           \
    X(InternalFault, System)            /* detail */                                                                   \
    /* command line */                                                                                                 \
    X(BadOption, Usage)                 /* option, value, expected */                                                  \
    X(OptionUnknown, Usage)             /* option, verb */                                                             \
    X(UsageInvalid, Usage)              /* detail, verb */                                                             \
    X(DataRequired, Usage)              /* step */                                                                     \
    X(StudioMissing, System)            /* path */                                                                     \
    /* models */                                                                                                       \
    X(ModelEmpty, Input)                /* path */                                                                     \
    X(ModelNotOnnx, Input)              /* path */                                                                     \
    X(ModelTruncated, Input)            /* path */                                                                     \
    X(ModelInvalid, Input)              /* path, detail */                                                             \
    X(ModelTooLarge, Input)             /* path, detail */                                                             \
    X(ExternalDataOutside, Input)       /* path, location */                                                           \
    X(ExternalDataMissing, Input)       /* path, location */                                                           \
    X(OpsetUnsupported, Input)          /* path, opset, lowest, highest */                                             \
    X(OperatorsUnsupported, Input)      /* operators, open (what still works) */                                       \
    X(ShapeMismatch, Input)             /* node, detail */                                                             \
    X(RuntimeRefused, Input)            /* path, detail */                                                             \
    X(ModelInputUnsupported, Input)     /* detail */                                                                   \
    X(ModelOutputUnsupported, Input)    /* detail */                                                                   \
    X(NotTrainable, Input)              /* detail */                                                                   \
    X(EnginesDisagree, Input)           /* output, difference, limit */                                                \
    X(GradientsNotFinite, Input)        /* parameters */                                                               \
    X(OutputsNotFinite, Input)          /* - */                                                                        \
    /* data */                                                                                                         \
    X(DataNotFound, Input)              /* path */                                                                     \
    X(DataFormatUnknown, Input)         /* path */                                                                     \
    X(DataConfigInvalid, Input)         /* path, detail */                                                             \
    X(DataEmpty, Input)                 /* path, split */                                                              \
    X(SplitMissing, Input)              /* path, split, available */                                                   \
    X(SingleClass, Input)               /* path, class */                                                              \
    X(ClassCountMismatch, Input)        /* classes, outputs */                                                         \
    X(ClassesUnmapped, Input)           /* classes */                                                                  \
    X(PicturesUnreadable, Input)        /* count, total, files: more than the rule allows, refused */                  \
    X(PicturesSkipped, Notice)          /* count, total, files: within the rule, skipped */                            \
    X(PreprocessAssumed, Notice)        /* channels: neither model nor data state the preprocessing */                 \
    X(FrontEndAssumed, Notice)          /* described: the same for sounds, windows and tensors */                      \
    X(PicturesInGray, Notice)           /* the model takes colour: gray is repeated */                                 \
    X(PicturesInColour, Notice)         /* the model takes gray: their luma is taken */                                \
    X(BeforeHasOtherClasses, Notice)    /* classes, outputs: of a model that then gets a new head */                   \
    X(BeforeLacksClasses, Notice)       /* classes: the same */                                                        \
    X(AnomalyKindMissing, Notice)       /* split: lacks normal samples or anomalies, so there is no AUC */             \
    X(TargetCountMismatch, Input)       /* targets, outputs */                                                         \
    X(BeforeHasOtherTargets, Notice)    /* targets, outputs: the same */                                               \
    X(OutputUnlikeInput, Input)         /* input, output (shapes) */                                                   \
    X(LabelsMissing, Input)             /* path */                                                                     \
    X(LabelsMissingForBound, Input)     /* path: accuracy was to be bounded there */                                   \
    X(InputsMadeUp, Notice)             /* inputs (count), seed */                                                     \
    X(ReferenceUnlike, Input)           /* detail */                                                                   \
    X(OutputsNotCompared, Notice)       /* outputs: text, or of another size than the reference's */                   \
    X(PreprocessingInside, Input)       /* path */                                                                     \
    X(PreprocessingUnknown, Input)      /* path */                                                                     \
    X(PreprocessingNotWritable, Input)  /* detail */                                                                   \
    X(TaskUnsupported, Input)           /* path, task */                                                               \
    /* steps */                                                                                                        \
    X(RatioOutOfRange, Usage)           /* ratio */                                                                    \
    X(NothingToPrune, Input)            /* detail */                                                                   \
    X(TargetUnreachable, Input)         /* what, wanted, reachable (the smallest), detail (what stands in the way) */  \
    X(TargetMetAlready, Notice)         /* what, wanted, present */                                                    \
    X(LatencyNotFalling, Notice)        /* macs, latency (shares of before, in percent), layers */                     \
    X(SplitNotFaster, Notice)           /* macs, latency (shares of before, in percent), layers */                     \
    X(SensitivityInvalid, Input)        /* path, detail */                                                             \
    X(SensitivityForeign, Input)        /* path, model */                                                              \
    X(TeacherUnlike, Input)             /* detail */                                                                   \
    X(NothingToFactorize, Input)        /* detail */                                                                   \
    X(NothingToSparsify, Input)         /* detail */                                                                   \
    X(ZerosNotFaster, Notice)           /* macs, latencyBefore, latencyAfter */                                        \
    X(LayerUnknown, Input)              /* layer, similar */                                                           \
    X(AlreadyQuantized, Input)          /* path */                                                                     \
    X(NothingToQuantize, Input)         /* detail */                                                                   \
    X(CalibrationEmpty, Input)          /* path */                                                                     \
    X(CalibrationTooSmall, Input)       /* samples, needed */                                                          \
    X(CalibrationNotFinite, Input)      /* value: an activation that held NaN or infinity */                           \
    X(ConstantInside, Notice)           /* layers: whose values are the same number everywhere, in all samples */      \
    X(CalibrationConstant, Input)       /* value: an input that is the same number everywhere, in all samples */       \
    X(OpsetNotRaised, Input)            /* operators, opset, needed */                                                 \
    X(NotQuantized, Input)              /* path */                                                                     \
    X(AdviceDivergence, Notice)         /* layer, snr (dB), before (dB, of what it reads), source, alone (dB) */       \
    X(AdviceNoisiest, Notice)           /* layer, snr (dB), alone (dB) */                                              \
    X(AdviceSaturates, Notice)          /* layer, share (percent) */                                                   \
    X(AdviceOutliers, Notice)           /* layer, ratio, used (percent of the steps) */                                \
    X(AdviceChannelRanges, Notice)      /* layer, ratio */                                                             \
    X(AdvicePerChannel, Notice)         /* layer (the worst), ratio, count (of layers) */                              \
    X(AdviceKeepFloat, Notice)          /* count, layers, latency, quantized, float (ms) */                            \
    X(AdviceNoFasterMix, Notice)        /* quantized, float (ms) */                                                    \
    X(AdviceDepthwise, Notice)          /* count, layers, float, quantized (microseconds) */                           \
    X(AdviceConversions, Notice)        /* share (percent), microseconds, layers */                                    \
    X(AdviceNoDotProducts, Notice)      /* processor */                                                                \
    X(AdviceOtherRange, Notice)         /* layers: that make most of the noise */                                      \
    X(AdviceStaticForNoise, Notice)     /* layers */                                                                   \
    X(AdviceMoreBits, Notice)           /* none */                                                                     \
    X(AdviceStatic, Notice)             /* quantized, float (ms) */                                                    \
    X(AdviceUnsigned, Notice)           /* none */                                                                     \
    X(LayersUnmatched, Notice)          /* compared, total (layers with weights) */                                    \
    X(AdviceNothing, Notice)            /* none: nothing stands out */                                                 \
    X(ReducedWeightRange, Notice)       /* processor */                                                                \
    X(WeightsForSize, Notice)           /* layers (count), bits: computed in float all the same */                     \
    X(BeyondHalf, Notice)               /* layers: a number there is larger than 65504 */                              \
    X(FlushedToZero, Notice)            /* count: of weights below half precision */                                   \
    X(CurvesMeasuredOtherwise, Notice)  /* path, curves, step: how either chooses channels */                          \
    X(SchemeNotRun, Notice)             /* runtime: that a file is for and that is not here */                         \
    X(SchemeRefuses, Notice)            /* runtime, layer, reason */                                                   \
    X(SchemeRunsInFloat, Notice)        /* runtime, layer, reason */                                                   \
    X(ConstantsFolded, Notice)          /* count: of nodes */                                                          \
    X(NoOpsDropped, Notice)             /* count: of nodes */                                                          \
    X(NormalizationFolded, Notice)      /* count: of nodes */                                                          \
    X(NormalizationInserted, Notice)    /* count: of layers; for training, folded in again */                          \
    X(UnusedRemoved, Notice)            /* count: of nodes and initializers */                                         \
    X(BatchFreed, Notice)               /* batch */                                                                    \
    X(BatchStaysFixed, Notice)          /* batch, detail */                                                            \
    X(LossNotFinite, Input)             /* epoch, batch, value (that went wrong first), layer (that makes or reads it) */\
    X(TrainingWentBack, Notice)         /* epoch, batch, value, layer, kept (the epoch whose weights are kept) */         \
    X(TrainingResumed, Notice)          /* epochs: already trained when an earlier run was interrupted */              \
    X(Bf16Unavailable, Notice)          /* processor: lacks bf16 arithmetic, so float32 was used */                    \
    X(CudaMissing, Usage)               /* version: of a LibTorch that was built without CUDA */                       \
    X(CudaNoDevice, Usage)              /* version: of LibTorch */                                                     \
    X(FeaturesOfPasses, Notice)         /* passes: augmented ones that a frozen body saw */                            \
    X(FeaturesNotKept, Notice)          /* megabytes: that a frozen body's features would take */                      \
    X(FeaturesMixed, Notice)            /* none: MixUp or CutMix with a frozen body */                                 \
    X(StepUnsupported, Input)           /* step */                                                                     \
    X(RecipeInvalid, Input)             /* path, line, detail */                                                       \
    X(ArchitectureUnknown, Usage)       /* name, known */                                                              \
    /* projects */                                                                                                     \
    X(ProjectNotFound, Input)           /* path */                                                                     \
    X(ProjectExists, Input)             /* path */                                                                     \
    X(ProjectInvalid, Input)            /* path, detail */                                                             \
    X(ProjectNewer, Input)              /* path, schema, known */                                                      \
    X(ProjectLocked, System)            /* path */                                                                     \
    X(BuildUnknown, Input)              /* build, available */                                                         \
    X(BuildDamaged, Input)              /* build, detail */                                                            \
    /* devices */                                                                                                      \
    X(DeviceAddressInvalid, Usage)      /* address */                                                                  \
    X(DeviceUnreachable, Device)        /* host, port, reason */                                                       \
    X(DeviceAuthenticationFailed, Device) /* user, host, methods */                                                    \
    X(IdentityUnreadable, Device)       /* path, reason */                                                             \
    X(HostKeyUnknown, Device)           /* host, fingerprint */                                                        \
    X(HostKeyChanged, Device)           /* host, fingerprint, knownHosts */                                            \
    X(HostKeyNotAccepted, Device)       /* host, fingerprint, accepted */                                              \
    X(DeviceConnectionLost, Device)     /* host, during */                                                             \
    X(DeviceNoSpace, Device)            /* host, path, neededBytes, freeBytes */                                       \
    X(DeviceBusy, Device)               /* host, holder (who deploys to it now), path (of the lock there) */                \
    X(DeviceUnsupported, Device)        /* host, architecture, os */                                                   \
    X(DeviceCommandFailed, Device)      /* host, command, detail */                                                    \
    X(DeviceVerificationFailed, Device) /* host, file */                                                               \
    X(DeviceSmokeRunFailed, Device)     /* host, detail */                                                             \
    X(RunnerMissing, System)            /* path, architecture */                                                       \
    X(SshServerMissing, System)         /* detail */
// clang-format on
