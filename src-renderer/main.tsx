/** Composition root of the interface: everything is made here and handed down. */
import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { createServices } from './app/services.ts';
import { createBrowserEnvironment } from './app/environment.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page lacks its root element');

const services = createServices(window.kith, createBrowserEnvironment(window));
services.start();

createRoot(root).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
);
