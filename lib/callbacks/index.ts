/** @file Callbacks. */

export { BackupAndRestore, type BackupAndRestoreOptions } from './backup_and_restore.js';
export { Callback, type CallbackHooks, type CallbackModel, type CallbackParams, type Logs } from './callback.js';
export { CallbackList } from './callback_list.js';
export { CSVLogger, type CSVLoggerOptions } from './csv_logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
export { History } from './history.js';
export { LambdaCallback } from './lambda_callback.js';
export { LearningRateScheduler } from './learning_rate_scheduler.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint.js';
export { ProgressBar } from './progress_bar.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce_lr_on_plateau.js';
export { TerminateOnNaN } from './terminate_on_nan.js';
