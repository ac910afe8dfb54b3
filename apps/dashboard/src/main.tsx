import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/shell.css';
import './style/order.css';
import './style/bench.css';
import './style/tile.css';
import './style/dialog.css';
import './style/log.css';
import './style/attempt.css';
import './style/setup.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { goLive } from './live/this-bench.ts';
import { followOrders } from './orders/order-desk.ts';
import { followAddress } from './router.ts';

const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no element for the page');

followAddress();
goLive();
followOrders();
render(<App />, page);
