// SPDX-License-Identifier: GPL-3.0-or-later
import {belongingOf} from '../../../shared/gpu/holders/controlGroup.js';
import {drmClientOf} from '../../../shared/gpu/holders/drmClients.js';

const APPS = '/user.slice/user-1000.slice/user@1000.service/app.slice';

describe('What a process belongs to', () => {
    it('is an application by the name of its unit', () => {
        const ids: Record<string, string | null> = {
            'app-gnome-org.gnome.Nautilus-3456.scope': 'org.gnome.Nautilus',
            'app-flatpak-org.blender.Blender-12345.scope': 'org.blender.Blender',
            'app-gnome-google\\x2dchrome-99.scope': 'google-chrome',
            'app-org.kde.konsole-abc123.scope': 'org.kde.konsole',
            'app-org.gnome.Ptyxis@1f2e.service': 'org.gnome.Ptyxis',
            'app-gnome-org.gnome.Terminal@autostart.service': 'org.gnome.Terminal',
            'dbus-:1.2-org.gnome.Loupe@0.service': 'org.gnome.Loupe',
            'snap.blender.blender-0a1b.scope': 'blender_blender',
            'vte-spawn-0a1b.scope': null,
            'pipewire.service': null,
        };
        for (const [unit, id] of Object.entries(ids))
            expect(belongingOf(`0::${APPS}/${unit}\n`))
                .withContext(unit)
                .toEqual({unit, system: false, appId: id});
    });

    it('is a service of the system outside of users’ slices', () => {
        expect(belongingOf('0::/system.slice/nvidia-persistenced.service\n')).toEqual({
            unit: 'nvidia-persistenced.service',
            system: true,
            appId: null,
        });
        expect(belongingOf('0::/user.slice/user-1000.slice/session-2.scope\n').system).toBeFalse();
    });

    it('is read from both versions of control groups, and may be nothing', () => {
        expect(belongingOf('3:cpu:/x\n1:name=systemd:/system.slice/a.service\n').unit).toBe('a.service');
        expect(belongingOf('').unit).toBeNull();
        expect(belongingOf('0::/\n').unit).toBeNull();
    });
});

describe('A use of a card', () => {
    it('tells its memory in the words of each driver', () => {
        const client = (...lines: string[]) => drmClientOf(['drm-client-id:\t7', ...lines, ''].join('\n'));

        expect(client('drm-memory-vram:\t1024 KiB')?.memoryBytes).toBe(2 ** 20);
        expect(client('drm-total-local0:\t2 MiB', 'drm-total-system0: 9 MiB')?.memoryBytes).toBe(2 * 2 ** 20);
        expect(
            client('drm-total-vram0:\t1 MiB', 'drm-total-vram1:\t1 MiB', 'drm-shared-vram0: 1 MiB')
                ?.memoryBytes,
        ).toBe(2 * 2 ** 20);
        expect(client('drm-memory-vram:\t4 KiB', 'drm-total-vram:\t4 KiB')?.memoryBytes).toBe(4096);
        expect(client('drm-engine-gfx:\t12 ns')?.memoryBytes).toBeNull();
        expect(client('drm-memory-vram:\tlots')?.memoryBytes).toBeNull();
        expect(client('drm-pdev:\t0000:03:00.0')?.address).toBe('0000:03:00.0');
    });

    it('is nothing where the driver says nothing', () => {
        expect(drmClientOf('pos:\t0\nflags:\t02\n')).toBeNull();
        expect(drmClientOf('')).toBeNull();
    });
});
