import { openMemoryQueue } from '@flashline/queue';
import { describeQueue } from './conformance.ts';

describeQueue('in-process', async (onHandlerError) => openMemoryQueue({ onHandlerError }));
