import { mount } from "svelte";
import "../styles/base.css";
import "../styles/print.css";
import { language } from "../i18n/dictionary.svelte";
import { listen } from "../router.svelte";
import App from "./App.svelte";

document.documentElement.lang = language();
listen();
const target = document.getElementById("app");
if (target) mount(App, { target });
