// before the page is drawn, so that it never flashes in the other theme
const chosenTheme = localStorage.getItem("theme");
if (chosenTheme) {
  document.documentElement.dataset.theme = chosenTheme;
}
