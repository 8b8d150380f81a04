/** The device that is compared with the reference device: what `npm run test:cuda` sets, else the cpu. */
import { env } from 'node:process';

export const testedDevice = (env.LAMINET_DEVICE || 'cpu') as 'cpu' | 'cuda';
