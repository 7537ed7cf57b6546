// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';

import {Machine} from '../shared/machines/machine.js';
import {_} from '../shared/platform/i18n.js';
import type {HostList} from '../shared/hosts/hostList.js';
import type {AppCards} from './gpu/appCards.js';
import {GpuPage} from './gpu/gpuPage.js';
import type {DoctorPage} from './health/doctorPage.js';
import {ProblemPage} from './hosts/problemPage.js';
import {MachineActions} from './machines/machineActions.js';
import type {MachineLog} from './machines/machineLog.js';
import {MachinePage} from './machines/machinePage.js';
import {AppFigures} from './metrics/appFigures.js';
import type {Selection} from './machines/sidebar.js';
import type {Window} from './window.js';

/** The pages at the right, made when they are first wanted: the list comes before them. */
export class Pages {
    /** What can be done with the machine that is shown; in the window as the action group `machine`. */
    readonly actions: MachineActions;
    readonly #figures: AppFigures;
    #machinePage: MachinePage | null = null;
    #problemPage: ProblemPage | null = null;
    #gpuPage: GpuPage | null = null;
    #doctorPage: DoctorPage | null = null;
    #nothing: Adw.NavigationPage | null = null;

    constructor(
        private readonly window: Window,
        private readonly log: MachineLog,
        private readonly hosts: HostList,
        private readonly cards: AppCards,
    ) {
        this.actions = new MachineActions(window);
        // From here on starts are timed, whichever page is shown.
        this.#figures = new AppFigures(hosts);
        window.insert_action_group('machine', this.actions.group);
        // From here on it is known when a card comes back; the list of machines is there by now.
        cards.open().catch((error: unknown) => console.error(error));
    }

    /** Has the doctor's page ready; it knows every question that there is, and few look at it. */
    async loadDoctor(): Promise<void> {
        const {DoctorPage} = await import('./health/doctorPage.js');
        this.#doctorPage ??= new DoctorPage(this.window, this.hosts, this.cards);
    }

    /** The page of what is selected, showing it. */
    pageOf(selection: Selection | null): Adw.NavigationPage {
        const machine = selection instanceof Machine ? selection : null;
        this.actions.machine = machine;
        if (this.#machinePage && !machine) this.#machinePage.machine = null;
        if (selection === null) return (this.#nothing ??= makeNothingPage());
        if (selection === 'cards')
            return (this.#gpuPage ??= new GpuPage(this.window, this.hosts, this.cards));
        // Where it was selected while it was loaded there is no page of it yet: the one that is loading asks again.
        if (selection === 'doctor') return this.#doctorPage ?? (this.#nothing ??= makeNothingPage());
        if (machine) {
            this.#machinePage ??= new MachinePage(
                this.window,
                this.actions,
                this.log,
                this.cards,
                this.hosts,
                this.#figures,
            );
            this.#machinePage.machine = machine;
            return this.#machinePage;
        }
        this.#problemPage ??= new ProblemPage();
        if (!(selection instanceof Machine)) this.#problemPage.host = selection;
        return this.#problemPage;
    }

    /** Brings a card into view on the page of the cards, when that is shown. */
    showCard(address: string): void {
        this.#gpuPage?.showCard(address);
    }

    /** Asks whether a card is to be forced back, when the page of the cards is shown. */
    forceBack(address: string): void {
        this.#gpuPage?.forceBack(address);
    }

    /** Lets go of everything that is shown. */
    close(): void {
        this.actions.machine = null;
        if (this.#machinePage) this.#machinePage.machine = null;
        if (this.#problemPage) this.#problemPage.host = null;
        this.#gpuPage?.close();
        this.#doctorPage?.close();
        this.#figures.close();
    }
}

function makeNothingPage(): Adw.NavigationPage {
    const view = new Adw.ToolbarView({
        content: new Adw.StatusPage({
            icon_name: 'computer-symbolic',
            title: _('No machine selected'),
            description: _('Choose one from the list.'),
        }),
    });
    view.add_top_bar(new Adw.HeaderBar({show_title: false}));
    return new Adw.NavigationPage({title: _('Machine'), child: view});
}
